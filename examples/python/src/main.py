#!/usr/bin/env python3
import json
import os
from pathlib import Path

from summary import summarize

params = json.loads(os.environ.get("APP_PARAMS", "{}"))
table = Path(os.environ["TASK_DIR"], "data.bin").read_text(encoding="utf-8")

summary = summarize(table, digits=params.get("digits", 2))

results = Path(os.environ["TASK_RESULTS_DIR"], "summary.json")
results.write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")
print(f"Summarized {len(summary)} columns.")
