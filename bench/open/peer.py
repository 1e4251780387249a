"""The files that a condition leaves of a table, by delta-rs: peer.py TABLE [CONDITION]"""
import json
import sys
import time

from deltalake import DeltaTable

began = time.process_time()
table = DeltaTable(sys.argv[1])
where = sys.argv[2] if len(sys.argv) > 2 else ""
files = len(table.file_uris(file_pruning_predicate=where or None))
print(json.dumps({"files": files, "cpu": time.process_time() - began}))
