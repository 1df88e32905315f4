/**
 * Of everything that is made up at random, so that a run can be had again. Another one is tried with
 * `BYTENITE_TEST_SEED=$RANDOM`.
 */
export const seed = Number(process.env['BYTENITE_TEST_SEED'] ?? 1)
