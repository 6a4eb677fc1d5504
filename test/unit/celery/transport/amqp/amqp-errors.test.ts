/** What RabbitMQ says is passed on, without a part of the credentials. */
import { describe, expect, it } from 'vitest';
import { amqpReason } from '../../../../../src/celery/transport/amqp/amqp-errors.js';

describe('amqpReason', () => {
  it.each([
    [
      "access to exchange 'e' in vhost '/' refused for user 'm'",
      "access to exchange 'e' in vhost '/' refused for this user",
    ],
    ["access to vhost 'v' refused for user 'o'brien'", "access to vhost 'v' refused for this user"],
    [
      "read access to topic 't' in exchange 'e' refused for user 'm', and more",
      "read access to topic 't' in exchange 'e' refused for this user, and more",
    ],
  ])('leaves the name of the user out: %s', (said, shown) => {
    const error = new Error(
      `Channel closed by server: 403 (ACCESS-REFUSED) with message "ACCESS_REFUSED - ${said}"`,
    );
    expect(amqpReason(error)).toBe(`ACCESS_REFUSED - ${shown}`);
  });
});
