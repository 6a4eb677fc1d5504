"""gql, which checks the documents against the SDL before it sends them."""
import json
import sys
from pathlib import Path

from gql import Client, GraphQLRequest
from gql.transport.exceptions import TransportQueryError
from gql.transport.httpx import HTTPXTransport

url, name = sys.argv[1:]
clients = Path(__file__).parent.parent
sdl = (clients.parent.parent / "schema" / "schema.graphql").read_text()
client = Client(schema=sdl, transport=HTTPXTransport(url=url))
document = (clients / "operations.graphql").read_text()


def run(operation, variables):
    request = GraphQLRequest(document, variable_values=variables, operation_name=operation)
    return client.execute(request)


task_ids, total, after = [], None, None
while True:
    page = run("PageOfTasks", {"first": 5, "after": after})["tasks"]
    total = page["totalCount"] if total is None else total
    task_ids += [edge["node"]["taskId"] for edge in page["edges"]]
    if not page["pageInfo"]["hasNextPage"]:
        break
    after = page["pageInfo"]["endCursor"]

try:
    run("SendAndRerun", {"name": name, "unknown": "no-such-task"})
except TransportQueryError as error:
    sent = error.data["sendTask"] is not None
    codes = [one["extensions"]["code"] for one in error.errors]

print(json.dumps({"taskIds": task_ids, "totalCount": total, "sent": sent, "codes": codes}))
