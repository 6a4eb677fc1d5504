/**
 * The tabs of GraphiQL in a browser that has not opened it before: one operation each, to run as it is. GraphiQL shows
 * the operation's name on the tab. All names fit beside each other, and each line into the editor, in a window that is
 * 1280 pixels wide.
 */
export const graphiqlTabs: readonly string[] = [
  `# What the cluster does now. Ctrl-Enter runs it.
# Each tab above is one more operation to run.
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
query Throughput {
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
  `# What each worker reports about itself:
# read from the workers now, not from the cache.
query InspectWorkers {
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
  `# Hits and misses of the caches. Run this,
# and then another operation in a second window.
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
  `# Empties the caches: the next read is fresh.
mutation ClearCaches {
  invalidateCache {
    invalidated
    caches
  }
}
`,
];
