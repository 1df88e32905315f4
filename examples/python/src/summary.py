import csv
import io
from statistics import mean


def summarize(table, digits):
    """Count, mean and extremes of each column of a CSV table that holds numbers only."""
    rows = list(csv.DictReader(io.StringIO(table)))
    summary = {}
    for column in rows[0] if rows else []:
        try:
            values = [float(row[column]) for row in rows]
        except (TypeError, ValueError):
            continue
        summary[column] = {
            "count": len(values),
            "mean": round(mean(values), digits),
            "min": min(values),
            "max": max(values),
        }
    return summary
