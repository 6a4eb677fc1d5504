/** The shapes in which workers describe themselves. Counterpart of `celery.worker.control`'s inspect replies. */
import type { TaskRequest } from './request.js';
import type { ActiveTask } from './worker-state.js';

/** `delivery_info.priority` of the embedded queues: they have one. */
const priority = 0;

/** With `safe`, the texts that the sender made of the arguments stand for them. */
export function safeTaskInfo(hostname: string, request: TaskRequest, active: ActiveTask) {
  const { argsRepr: args, kwargsRepr: kwargs } = request;
  return { ...taskInfo(hostname, request, active), args, kwargs };
}

export function taskInfo(hostname: string, request: TaskRequest, active?: ActiveTask) {
  return {
    id: request.id,
    name: request.name,
    args: request.args,
    kwargs: request.kwargs,
    type: request.name,
    hostname,
    time_start: active ? active.startedAt / 1000 : null,
    acknowledged: active !== undefined,
    delivery_info: {
      exchange: '',
      routing_key: request.queue,
      priority,
      redelivered: request.redelivered,
    },
    worker_pid: active ? process.pid : null,
  };
}

export function queueInfo(name: string) {
  return {
    name,
    exchange: {
      name: '',
      type: 'direct',
      arguments: null,
      durable: true,
      passive: false,
      auto_delete: false,
      delivery_mode: null,
      no_declare: true,
    },
    routing_key: name,
    queue_arguments: null,
    binding_arguments: null,
    consumer_arguments: null,
    durable: false,
    exclusive: false,
    auto_delete: false,
    no_ack: false,
    alias: null,
    bindings: [],
    no_declare: null,
    expires: null,
    message_ttl: null,
    max_length: null,
    max_length_bytes: null,
    max_priority: null,
  };
}

export function brokerInfo() {
  return {
    hostname: 'embedded',
    userid: null,
    virtual_host: '/',
    port: null,
    insist: false,
    ssl: false,
    transport: 'memory',
    connect_timeout: 4,
    transport_options: {},
    login_method: null,
    uri_prefix: null,
    heartbeat: 0,
    failover_strategy: 'round-robin',
    alternates: [],
  };
}

/** All embedded workers share one process, and so do these figures. Seconds and kilobytes, as in Python. */
export function resourceUsage() {
  const usage = process.resourceUsage();
  return {
    utime: usage.userCPUTime / 1e6,
    stime: usage.systemCPUTime / 1e6,
    maxrss: usage.maxRSS,
    ixrss: usage.sharedMemorySize,
    idrss: usage.unsharedDataSize,
    isrss: usage.unsharedStackSize,
    minflt: usage.minorPageFault,
    majflt: usage.majorPageFault,
    nswap: usage.swappedOut,
    inblock: usage.fsRead,
    oublock: usage.fsWrite,
    msgsnd: usage.ipcSent,
    msgrcv: usage.ipcReceived,
    nsignals: usage.signalsCount,
    nvcsw: usage.voluntaryContextSwitches,
    nivcsw: usage.involuntaryContextSwitches,
  };
}

/** A pool of promises: like a gevent pool it has no processes to report. */
export function poolInfo(concurrency: number) {
  return {
    implementation: 'celery-node',
    'max-concurrency': concurrency,
    'max-tasks-per-child': 'N/A',
    'put-guarded-by-semaphore': false,
    timeouts: [0, 0],
  };
}

export function configuration(concurrency: number) {
  return {
    broker_url: 'memory://',
    result_backend: 'memory://',
    result_extended: true,
    task_default_queue: 'default',
    task_track_started: true,
    task_send_sent_event: true,
    task_acks_late: false,
    task_serializer: 'json',
    result_serializer: 'json',
    accept_content: ['json'],
    enable_utc: true,
    worker_send_task_events: true,
    worker_concurrency: concurrency,
    worker_prefetch_multiplier: 1,
  };
}
