/** What a newcomer finds in GraphiQL: operations to run as they are, a comment above each. */
export const graphiqlTabs: readonly string[] = [
  `# What does the cluster do now? Press Ctrl-Enter and choose.
# Every answer says its age: see "extensions" below the data.

# What runs, what waits, who works.
query Overview {
  workers {
    hostname
    status
    activeCount
    processed
  }
  queues {
    name
    messages
    consumers
    orphaned
    oldestMessageAgeSeconds
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

# What failed last, and where.
query Failures {
  tasks(filter: { states: [FAILURE] }, first: 10) {
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

# How fast, how often, how long. Figures of the last five minutes.
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

# What every worker says of itself, asked now and not from the cache.
query Ask {
  workers(useCache: false) {
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

# The caches at work: a live stream. Run another operation in a second window and see it move.
subscription CacheStats {
  cacheStats(intervalSeconds: 1) {
    timestamp
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

# Forget what is cached.
mutation Forget {
  invalidateCache {
    invalidated
    caches
  }
}
`,
];
