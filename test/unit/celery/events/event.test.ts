import { describe, expect, it } from 'vitest';
import { parseEvents } from '../../../../src/celery/events/event.js';
import { eventBody, parse, start, task, worker } from './cluster.js';

describe('parseEvents', () => {
  it('reads a task event', () => {
    const body = task('received', 'a', 1.5, {
      name: 'demo.add',
      args: '(1, 2)',
      kwargs: '{}',
      retries: 1,
      root_id: 'r',
      parent_id: null,
      eta: '2026-11-22T11:00:35.523525+00:00',
      expires: null,
    });

    expect(parse(body)).toEqual({
      group: 'task',
      type: 'task-received',
      subject: 'received',
      hostname: 'w1@host',
      timestampMs: start + 1_500,
      clock: 5,
      pid: 7,
      uuid: 'a',
      state: 'RECEIVED',
      fields: {
        name: 'demo.add',
        args: '(1, 2)',
        kwargs: '{}',
        result: null,
        exception: null,
        traceback: null,
        runtimeSeconds: null,
        retries: 1,
        eta: Date.UTC(2026, 10, 22, 11, 0, 35, 523),
        expires: null,
        queue: null,
        exchange: null,
        routingKey: null,
        rootId: 'r',
        parentId: null,
      },
    });
  });

  it('reads a worker event', () => {
    const body = worker('heartbeat', 0, { freq: 2.5, active: 3, processed: 40, loadavg: [1, 2, 3] });

    expect(parse(body)).toMatchObject({
      group: 'worker',
      subject: 'heartbeat',
      fields: {
        freqSeconds: 2.5,
        activeCount: 3,
        processed: 40,
        loadAverage: [1, 2, 3],
        softwareIdent: null,
      },
    });
  });

  it('keeps events of unknown groups without their fields', () => {
    expect(parse(eventBody('billing-paid-late', 0, { amount: 3 }))).toEqual({
      group: 'other',
      type: 'billing-paid-late',
      subject: 'paid-late',
      hostname: 'w1@host',
      timestampMs: start,
      clock: 5,
      pid: 7,
    });
  });

  it('takes an empty batch for what it is', () => {
    expect(parseEvents([])).toEqual({ events: [], malformed: [] });
  });

  it('leaves out the bad elements of a batch only', () => {
    const { events, malformed } = parseEvents([
      task('started', 'a', 0),
      null,
      [],
      task('started', 'b', 0),
    ]);

    expect(events).toHaveLength(2);
    expect(malformed).toEqual(['the event is not an object', 'the event is not an object']);
  });

  it.each([
    ['no type', { type: undefined }],
    ['a type that is no string', { type: 7 }],
    ['a type without a dash', { type: 'task' }],
    ['a type without a group', { type: '-sent' }],
    ['a type without a subject', { type: 'task-' }],
    ['a very long type', { type: `task-${'x'.repeat(200)}` }],
    ['no hostname', { hostname: undefined }],
    ['an empty hostname', { hostname: '' }],
    ['a hostname that is no string', { hostname: {} }],
    ['a very long hostname', { hostname: 'h'.repeat(256) }],
    ['no timestamp', { timestamp: undefined }],
    ['a timestamp in text', { timestamp: '1795000000' }],
    ['a timestamp of the last century', { timestamp: 0 }],
    ['a timestamp in milliseconds', { timestamp: start }],
    ['a timestamp that is not a number', { timestamp: NaN }],
    ['no uuid', { uuid: undefined }],
    ['a null uuid', { uuid: null }],
    ['an empty uuid', { uuid: '' }],
    ['a list for a uuid', { uuid: ['a'] }],
    ['a very long uuid', { uuid: 'u'.repeat(256) }],
  ])('finds %s malformed', (_, fields) => {
    expect(parseEvents(task('started', 'a', 0, fields)).malformed).toHaveLength(1);
  });

  it.each([['abc'], [0], [-2], [1e9], [[2]], [true]])('takes a freq of %j for unknown', (freq) => {
    const { events, malformed } = parseEvents(worker('heartbeat', 0, { freq }));
    expect([events.length, malformed]).toEqual([1, []]);
    expect(events[0]).toMatchObject({ subject: 'heartbeat', fields: { freqSeconds: null } });
  });

  it.each([['5'], [{}], [null], [-1]])('takes a clock of %j for unknown', (clock) => {
    const { events } = parseEvents(task('started', 'a', 0, { clock }));
    expect(events).toMatchObject([{ uuid: 'a', clock: null }]);
  });

  describe('odd ids', () => {
    const hex = '0000000000000000000000000000000A';
    it.each([
      [42, '42'],
      [-7, '-7'],
      [{ __type__: 'uuid', __value__: { hex } }, '00000000-0000-0000-0000-00000000000a'],
      [{ __type__: 'uuid', __value__: hex }, '00000000-0000-0000-0000-00000000000a'],
    ])('of %j become text as Celery prints them', (uuid, text) => {
      const { events } = parseEvents(task('received', 'a', 0, { uuid, root_id: uuid, parent_id: uuid }));
      expect(events).toMatchObject([{ uuid: text, fields: { rootId: text, parentId: text } }]);
    });

    it.each([[{ __type__: 'uuid', __value__: { a: 1 } }], [{ a: 1 }], [true], [[42]]])(
      'of %j cost the event, and no other of its batch',
      (uuid) => {
        const batch = [task('received', 'a', 0, { uuid }), task('received', 'b', 0)];
        const { events, malformed } = parseEvents(batch);
        expect([events.length, malformed.length]).toEqual([1, 1]);
      },
    );
  });

  it('drops optional fields of the wrong type and keeps the event', () => {
    const event = parse(
      task('succeeded', 'a', 0, {
        runtime: '0.1',
        retries: '2',
        args: [1],
        name: 5,
        eta: 'tomorrow',
        queue: {},
        root_id: 'r'.repeat(300),
        pid: 'x',
        clock: 1e30,
      }),
    );

    expect(event).toMatchObject({
      clock: null,
      pid: null,
      fields: {
        runtimeSeconds: null,
        retries: null,
        args: null,
        name: null,
        eta: undefined,
        queue: null,
        rootId: null,
      },
    });
  });

  it('takes a count that GraphQL has no Int for as untold, and the clock for what it is', () => {
    const beyond = 2 ** 31;
    const event = parse(
      worker('heartbeat', 0, { pid: beyond, processed: beyond, active: beyond, clock: beyond }),
    );
    expect(event).toMatchObject({
      clock: 2_147_483_648,
      pid: null,
      fields: { processed: null, activeCount: null },
    });
    const largest = { pid: beyond - 1, processed: beyond - 1, active: 0 };
    expect(parse(worker('heartbeat', 0, largest))).toMatchObject({
      pid: 2_147_483_647,
      fields: { processed: 2_147_483_647, activeCount: 0 },
    });
  });

  it('cuts names that are too long for a name', () => {
    expect(parse(task('received', 'a', 0, { name: 'n'.repeat(600) }))).toMatchObject({
      fields: { name: 'n'.repeat(512) },
    });
  });

  it.each([
    ['2026-01-01T10:00:00', Date.UTC(2026, 0, 1, 10)],
    ['2026-01-01T10:00:00Z', Date.UTC(2026, 0, 1, 10)],
    ['2026-01-01 10:00:00.25+02:00', Date.UTC(2026, 0, 1, 8, 0, 0, 250)],
    ['2026-01-01T10:00:00-0530', Date.UTC(2026, 0, 1, 15, 30)],
    ['2026-01-01T10:00+02', Date.UTC(2026, 0, 1, 8)],
    [null, null],
    ['2026-13-01T10:00:00', undefined],
    [1795000000, undefined],
  ])('reads the eta %j as UTC', (eta, expected) => {
    expect(parse(task('received', 'a', 0, { eta }))).toMatchObject({ fields: { eta: expected } });
  });
});
