/**
 * What a newcomer finds in GraphiQL: operations to run as they are, with names that say what they do. Comments are short:
 * the editor takes half of a screen of 1280 pixels.
 */
const operations = [
  `# What does the cluster do now? Press Ctrl-Enter
# and choose an operation.
# "extensions" below the data says how old it is.
query Overview {
  workers {
    nodes {
      hostname
      status
      activeCount
      processed
    }
  }
  queues {
    nodes {
      name
      messages
      consumers
      orphaned
      oldestMessageAgeSeconds
    }
  }
  tasks(first: 3) {
    totalCount
    nodes {
      name
      args
      state
      runtimeSeconds
      hostname
    }
  }
  taskStatus {
    total
    counts {
      state
      count
    }
    active {
      total
      byName {
        name
        count
      }
    }
  }
  health {
    status
  }
}
`,
  `# What failed last, where, and why.
query LastFailures {
  tasks(
    filter: { states: [FAILURE] }
    first: 10
  ) {
    totalCount
    nodes {
      name
      args
      exception
      traceback
      failedAt
      hostname
    }
  }
}
`,
  `# Tasks by words, states, times, queues, and more:
# press Ctrl-Space within the filter.
query FindTasks {
  tasks(
    filter: { search: "order", states: [SUCCESS] }
    first: 10
  ) {
    totalCount
    nodes {
      name
      args
      kwargs
      state
      queue
      receivedAt
      runtimeSeconds
    }
  }
}
`,
  `# How much, how fast, how often it fails:
# the last five minutes.
query Figures {
  metricsSummary(windowSeconds: 300) {
    throughputPerSecond
    failureRatePercent
    saturationPercent
    runtime {
      p50Seconds
      p95Seconds
      maxSeconds
    }
    queueWait {
      p95Seconds
    }
  }
}
`,
  `# What each worker says of itself,
# asked now and not read from the cache.
query AskWorkers {
  workers(useCache: false) {
    nodes {
      hostname
      unresponsive
      respondedAt
      stats {
        concurrency
        uptimeSeconds
        total
      }
      activeTasks {
        name
        args
        startedAt
      }
    }
  }
}
`,
  `# Task events as they arrive. The button stops it.
subscription WatchTasks {
  taskEvents {
    type
    hostname
    task {
      name
      args
      state
      runtimeSeconds
    }
    dropped
  }
}
`,
  `# The caches at work: run this, and then another
# operation in a second window.
subscription WatchCaches {
  cacheStats(intervalSeconds: 1) {
    measuredAt
    summary {
      totalHits
      totalMisses
      overallHitRatePercent
    }
    caches {
      name
      size
      hits
      misses
    }
  }
}
`,
  `# Forget what is cached: the next read is fresh.
mutation ForgetCache {
  invalidateCache {
    invalidated
    caches
  }
}
`,
];

export const graphiqlTabs: readonly string[] = [operations.join('\n')];
