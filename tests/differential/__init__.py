"""Random filters on random profiles, judged by everything that knows what a filter means.

    python -m tests.differential --examples 10_000_000 --seed 1

`texts` makes filters, `people` profiles at the edges of a filter, `judges` are those who decide, `comparing` puts them
side by side, `shrinking` makes a disagreement small, `duck` is the judge on DuckDB, `postgres` that on Postgres.
"""
