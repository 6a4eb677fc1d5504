/**
 * What a row of the table of reads says. Three constructors stand for the three places where answers come from:
 *
 * | constructor | refused while disconnected | shared with replicas | events may drop it |
 * | --- | --- | --- | --- |
 * | `state`: what this gateway knows from events | yes | no | four times a second |
 * | `broker`: what the broker is asked for | by the broker | yes | once a second |
 * | `workers`: what the workers reply | by the broker | yes | once a second |
 */
import type { CacheName } from '../cache/cache-defaults.js';
import type { CacheRegistry } from '../cache/cache-registry.js';
import type { Celery } from '../celery/celery.js';
import type { InspectScope } from '../celery/inspect/inspect-loader.js';
import { isBreaking } from '../celery/inspect/inspect.js';
import type { InspectCommand, InspectResult } from '../celery/inspect/inspect.js';
import { cacheKey, isHashed } from './cache-key.js';
import type { KeyArguments } from './cache-key.js';
import { anyChange, Dependency } from './push/dependency.js';
import type { DependencyNames, DropInterval } from './push/dependency.js';
import type { ResultLoader } from './result-loader.js';
import type { WarmUpName } from './warm-up-names.js';

export interface ReadServices {
  readonly celery: Celery;
  readonly caches: CacheRegistry;
  /** Null without a result backend. */
  readonly resultLoader: ResultLoader | null;
}

/** What a load may use. */
export interface LoadContext extends ReadServices {
  /** Epoch milliseconds that relative times are counted from. */
  readonly now: number;
  /** To be called when the value is taken from the task store. */
  readonly storeRead: () => void;
  /** To be called when the load has changed what the task store knows. */
  readonly storeChanged: () => void;
}

/** One thing that can be read, with its arguments. */
export interface Read<T> {
  readonly source: 'state' | 'broker' | 'workers';
  readonly cache: CacheName;
  /** From canonical arguments: equal arguments have equal keys, however a client wrote them. */
  readonly key: string;
  /** The last part of its path in the cache status; undefined where the field that asks is the path. */
  readonly field?: string | undefined;
  /** Whether the load of one replica serves all of them. */
  readonly isShared: boolean;
  /** Whether the value shows tasks of the store. */
  readonly readsTasks: boolean;
  /** Whether the load may change what the task store knows; absent if it never does. */
  readonly teaches?: ((services: ReadServices) => boolean) | undefined;
  readonly load: (context: LoadContext) => T | Promise<T>;
  /** Milliseconds to keep a value; `own` is the TTL of the cache. */
  readonly ttl?: ((value: T, own: number) => number) | undefined;
  /** False for a load that only a reader may cause; true by default. */
  readonly prefetch?: boolean | undefined;
  readonly dependsOn: () => Dependency;
  /** The value for a second pass, made from that of the first; absent where it is loaded again. */
  readonly renewed?: ((former: T, celery: Celery) => T) | undefined;
}

/** How a field asks for a value. */
export interface ReadRequest {
  /** Where the answer appears: the root field, then what is below it. */
  readonly path: string;
  /** Whether a cached value will do; it holds for all that is below the field too. */
  readonly useCache: boolean;
}

/** Of a root field, whose argument is true by default and may be null. */
export function readRequest(path: string, useCache: boolean | null | undefined): ReadRequest {
  return { path, useCache: useCache !== false };
}

/** Of a field below another: what holds for that one holds for it. */
export function below({ path, useCache }: ReadRequest, field: string): ReadRequest {
  return { path: `${path}.${field}`, useCache };
}

/** The reader of an operation. */
export interface ReadsThrough {
  read<T>(read: Read<T>, request: ReadRequest): Promise<T>;
}

/** Not from the cache: an entry may be from before the workers reported what they have. */
const warm = readRequest('warmUp', false);

/** One read of the warm-up. */
export interface WarmUpRead {
  readonly name: WarmUpName;
  /**
   * `afterReplies`: after the other reads of this name. `last`: when all that waits for workers has ended, as it costs
   * nothing and is kept for the shortest time.
   */
  readonly when: 'atOnce' | 'afterReplies' | 'last';
  readonly load: (reader: ReadsThrough) => Promise<unknown>;
}

/** What holds for all reads of a row. */
export interface RowFacts {
  /** All keys of the row begin with it. */
  readonly name: string;
  /** Null where the field that asks chooses the cache. */
  readonly cache: CacheName | null;
  readonly readsTasks: boolean;
  /** Fields that change without an event: for the adaptive TTL they are no change. */
  readonly volatileFields: readonly string[];
  readonly warmUp: readonly WarmUpRead[];
}

export interface Row<T, Args> {
  (args: Args): Read<T>;
  readonly facts: RowFacts;
}

interface RowDefinition<T, Args> {
  readonly name: string;
  readonly cache: CacheName;
  readonly key?: (args: Args) => KeyArguments;
  readonly field?: string;
  readonly load: (context: LoadContext, args: Args) => T | Promise<T>;
  readonly dependsOn: (args: Args) => DependencyNames;
  readonly warmUp?: {
    readonly name: WarmUpName;
    readonly when?: WarmUpRead['when'];
    readonly args: readonly NoInfer<Args>[];
  };
  readonly volatileFields?: readonly string[];
}

interface StateDefinition<T, Args> extends RowDefinition<T, Args> {
  /** Whether the value shows tasks; false by default. */
  readonly readsTasks?: boolean;
  /** Of a load that first asks the result backend, and so answers without the broker as well. */
  readonly teaches?: (services: ReadServices) => boolean;
  readonly renewed?: (former: T, celery: Celery, args: Args) => T;
  /** `cluster` for a load that asks the broker too; `memory` by default. */
  readonly dropInterval?: DropInterval;
}

/** What this gateway knows from events: refused while it receives none, as silence would pass for calm. */
export function state<T, Args = void>(definition: StateDefinition<T, Args>): Row<T, Args> {
  const { load, teaches, renewed, readsTasks = false, dropInterval = 'memory' } = definition;
  const connectedLoad = async (context: LoadContext, args: Args): Promise<T> => {
    context.celery.assertConnected();
    context.storeRead();
    return load(context, args);
  };
  return row(definition, readsTasks, (args) => ({
    source: 'state',
    isShared: false,
    readsTasks,
    teaches,
    load: (context) => (teaches === undefined ? connectedLoad : load)(context, args),
    renewed: renewed && ((former, celery) => renewed(former, celery, args)),
    dependsOn: () => new Dependency(dropInterval, definition.dependsOn(args)),
  }));
}

interface BrokerDefinition<T, Args> extends RowDefinition<T, Args> {
  /** False for what each replica must find out for itself; true by default. */
  readonly isShared?: boolean;
  readonly teaches?: (services: ReadServices) => boolean;
}

/** What the broker is asked for: one replica asks for all. */
export function broker<T, Args = void>(definition: BrokerDefinition<T, Args>): Row<T, Args> {
  const { load, teaches, isShared = true } = definition;
  return row(definition, false, (args) => ({
    source: 'broker',
    isShared,
    readsTasks: false,
    teaches,
    load: (context) => load(context, args),
    dependsOn: () => new Dependency('cluster', definition.dependsOn(args)),
  }));
}

function row<T, Args>(
  { name, cache, key: keyArguments, field, volatileFields = [], warmUp }: RowDefinition<T, Args>,
  readsTasks: boolean,
  read: (args: Args) => Omit<Read<T>, 'cache' | 'key' | 'field'>,
): Row<T, Args> {
  const bind = (args: Args): Read<T> => {
    const key = cacheKey(name, keyArguments?.(args));
    const bound = { ...read(args), cache, key, field };
    // An entry must not keep arguments that are too long for its key.
    return isHashed(key, name) ? { ...bound, dependsOn: () => anyChange } : bound;
  };
  const facts = { name, cache, readsTasks, volatileFields, warmUp: warmUpReads(warmUp, bind) };
  return Object.assign(bind, { facts });
}

function warmUpReads<T, Args>(
  warmUp: RowDefinition<T, Args>['warmUp'],
  bind: (args: Args) => Read<T>,
): readonly WarmUpRead[] {
  if (warmUp === undefined) return [];
  const { name, when = 'atOnce' } = warmUp;
  return warmUp.args.map((args) => ({ name, when, load: (reader) => reader.read(bind(args), warm) }));
}

/** Through which cache, and which workers. */
export interface InspectArguments {
  readonly cache: CacheName;
  readonly scope: InspectScope;
}

interface WorkersDefinition {
  readonly ttl: (result: InspectResult<InspectCommand>, own: number) => number;
  /** @param hostname null for all workers */
  readonly dependsOn: (command: InspectCommand, hostname: string | null) => DependencyNames;
  readonly volatileFields: readonly string[];
  /** Commands to all workers, and the cache that keeps the replies. */
  readonly warmUp: readonly {
    readonly name: WarmUpName;
    readonly cache: CacheName;
    readonly commands: readonly InspectCommand[];
  }[];
}

export interface WorkersRow {
  <C extends InspectCommand>(command: C, args: InspectArguments): Read<InspectResult<C>>;
  readonly facts: RowFacts;
}

/** What workers reply to inspect commands: one broadcast serves all caches, fields and replicas that ask. */
export function workers({ ttl, dependsOn, volatileFields, warmUp }: WorkersDefinition): WorkersRow {
  const bind = <C extends InspectCommand>(
    command: C,
    { cache, scope }: InspectArguments,
  ): Read<InspectResult<C>> => {
    const name = `inspect:${command}`;
    const hostname = 'all' in scope ? null : scope.hostname;
    const key = cacheKey(name, { hostname });
    return {
      source: 'workers',
      cache,
      key,
      field: command,
      isShared: true,
      readsTasks: false,
      teaches: () => true,
      load: ({ celery }) => celery.inspect.load(command, scope),
      ttl,
      prefetch: !isBreaking(command),
      dependsOn: () =>
        isHashed(key, name) ? anyChange : new Dependency('cluster', dependsOn(command, hostname)),
    };
  };
  const warmUps = warmUp.flatMap(({ name, cache, commands }) =>
    commands.map((command): WarmUpRead => {
      const read = bind(command, { cache, scope: { all: true } });
      return { name, when: 'atOnce', load: (reader) => reader.read(read, warm) };
    }),
  );
  return Object.assign(bind, {
    facts: { name: 'inspect', cache: null, readsTasks: false, volatileFields, warmUp: warmUps },
  });
}
