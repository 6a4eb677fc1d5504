"""sgqlc: types and operations in the modules that it has generated in the current folder."""
import json
import sys
from datetime import datetime

sys.path.insert(0, ".")
from sgqlc.endpoint.http import HTTPEndpoint  # noqa: E402

from celeryql_operations import Operations  # noqa: E402

url, name = sys.argv[1:]
endpoint = HTTPEndpoint(url)

task_ids, total, after = [], None, None
query = Operations.query.page_of_tasks
while True:
    page = (query + endpoint(query, {"first": 5, "after": after})).tasks
    total = page.total_count if total is None else total
    for edge in page.edges:
        received_at = edge.node.received_at
        assert received_at is None or isinstance(received_at, datetime)
        assert isinstance(edge.node.state, str)
        task_ids.append(edge.node.task_id)
    if not page.page_info.has_next_page:
        break
    after = page.page_info.end_cursor

answer = endpoint(Operations.mutation.send_and_rerun, {"name": name, "unknown": "no-such-task"})
sent = answer["data"]["sendTask"] is not None
codes = [one["extensions"]["code"] for one in answer["errors"]]

print(json.dumps({"taskIds": task_ids, "totalCount": total, "sent": sent, "codes": codes}))
