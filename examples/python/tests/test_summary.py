import unittest

from src.summary import summarize


class SummarizeTest(unittest.TestCase):
    def test_columns_of_numbers(self):
        table = "city,population,area\nA,10,1.5\nB,20,2.5\n"
        self.assertEqual(
            summarize(table, digits=1),
            {
                "population": {"count": 2, "mean": 15.0, "min": 10.0, "max": 20.0},
                "area": {"count": 2, "mean": 2.0, "min": 1.5, "max": 2.5},
            },
        )

    def test_no_rows(self):
        self.assertEqual(summarize("a,b\n", digits=1), {})


if __name__ == "__main__":
    unittest.main()
