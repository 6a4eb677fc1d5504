"""ariadne-codegen: pydantic models, in the package that it has generated in the current folder."""
import json
import sys
from datetime import datetime

sys.path.insert(0, ".")
from celeryql_client import Client, GraphQLClientGraphQLMultiError  # noqa: E402

url, name = sys.argv[1:]
client = Client(url=url)

task_ids, total, after = [], None, None
while True:
    page = client.page_of_tasks(first=5, after=after).tasks
    total = page.total_count if total is None else total
    for edge in page.edges:
        received_at = edge.node.received_at
        assert received_at is None or isinstance(received_at, datetime)
        assert isinstance(edge.node.state, str)
        task_ids.append(edge.node.task_id)
    if not page.page_info.has_next_page:
        break
    after = page.page_info.end_cursor

try:
    client.send_and_rerun(name=name, unknown="no-such-task")
except GraphQLClientGraphQLMultiError as error:
    sent = error.data["sendTask"] is not None
    codes = [one.extensions["code"] for one in error.errors]

print(json.dumps({"taskIds": task_ids, "totalCount": total, "sent": sent, "codes": codes}))
