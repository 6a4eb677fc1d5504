/** What is loaded before the first readers come, for those who wonder why a gateway is not ready. */
import { builder } from './builder.js';
import { ErrorCodeEnum } from './enums.js';
import type { WarmUpLoad, WarmUpReport } from './warm-up.js';

const WarmUpStateEnum = builder.enumType('WarmUpState', {
  description: 'How far the caches are warmed.',
  values: {
    OFF: { description: 'Nothing is to be loaded.' },
    WAITING: {
      description: 'Waits for the broker, and for the workers to tell what they have.',
    },
    LOADING: {},
    WARM: { description: 'The first readers find what they ask for.' },
    LATE: {
      description:
        'The deadline has passed, and nobody waits for it any more. What is missing is still loaded.',
    },
  } as const,
});

const WarmUpLoadStatusEnum = builder.enumType('WarmUpLoadStatus', {
  description: 'How far one load is.',
  values: {
    WAITING: {},
    LOADING: {},
    LOADED: {},
    FAILED: { description: 'The others go on. It is tried again where the broker did not answer.' },
  } as const,
});

const WarmUpLoadType = builder.objectRef<WarmUpLoad>('WarmUpLoad').implement({
  description: 'Something that is loaded before it is asked for.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'As in `--warm-up`.' }),
    status: t.expose('status', { type: WarmUpLoadStatusEnum }),
    durationSeconds: t.exposeFloat('durationSeconds', {
      nullable: true,
      description: 'Of the last try; null as long as it has not ended.',
    }),
    error: t.expose('error', {
      type: ErrorCodeEnum,
      nullable: true,
      description: 'Why the last try failed; null when it did not.',
    }),
  }),
});

export const WarmUpType = builder.objectRef<WarmUpReport>('WarmUp').implement({
  description:
    'What is loaded into the caches after the start, and after each outage, before it is asked for.',
  fields: (t) => ({
    state: t.expose('state', { type: WarmUpStateEnum }),
    startedAt: t.field({
      type: 'DateTime',
      description: 'When the gateway was started, or its connection made or lost.',
      resolve: ({ startedAt }) => startedAt,
    }),
    finishedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When every load had ended; null before.',
      resolve: ({ finishedAt }) => finishedAt,
    }),
    deadlineSeconds: t.exposeFloat('deadlineSeconds', {
      description: 'After this the gateway says that it is ready all the same.',
    }),
    jitterSeconds: t.exposeFloat('jitterSeconds', {
      description: 'It begins after a random part of this, so that replicas do not ask together.',
    }),
    loads: t.field({ type: [WarmUpLoadType], resolve: ({ loads }) => loads }),
  }),
});
