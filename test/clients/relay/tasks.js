// Read by relay-compiler, and never executed.
export const list = graphql`
  query tasksListQuery($first: Int!, $after: String) {
    ...tasks_page
  }
`;

export const page = graphql`
  fragment tasks_page on Query @refetchable(queryName: "tasksPageQuery") {
    tasks(first: $first, after: $after) @connection(key: "List_tasks") {
      totalCount
      edges {
        node {
          id
          taskId
          state
        }
      }
    }
  }
`;

export const sendAndRerun = graphql`
  mutation tasksSendMutation($name: String!, $unknown: ID!) {
    sendTask(input: { name: $name }) {
      taskId
    }
    rerunTask(input: { taskId: $unknown }) {
      taskId
    }
  }
`;

export const identified = graphql`
  query tasksIdentifiedQuery {
    workers {
      nodes {
        id
        hostname
        status
      }
    }
    queues {
      nodes {
        id
        name
      }
    }
    taskTypes {
      nodes {
        id
        name
      }
    }
    clusters {
      id
      name
      workers {
        nodes {
          id
          pid
        }
      }
    }
  }
`;
