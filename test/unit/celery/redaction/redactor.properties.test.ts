import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pythonRepr } from '../../../../src/celery/python/python-repr.js';
import { Redactor } from '../../../../src/celery/redaction/redactor.js';

const redactor = new Redactor();
const runs = { numRuns: 2_000 };

/** Begins and ends with what no notation could mistake for its own, and cannot be a word of the text around it. */
const secret = fc.string({ unit: 'grapheme', maxLength: 30 }).map((middle) => `Zq7${middle}x9Qz`);
/** As people choose them: without spaces, quotes and brackets. */
const word = fc.stringMatching(/^Zq7[\w!@#$%^*+~.-]{0,20}x9Qz$/);
/** A value beside the secret, without any part of a secret: a part that survives is then the secret's. */
const neighbour = fc.jsonValue().filter((value) => !/Zq7|x9Qz/.test(JSON.stringify(value)));
const name = fc.constantFrom(
  ...['password', 'api_key', 'apiKey', 'DB-PASSWORD', 'client_secret', 'access_token', 'sshPrivateKey'],
);
const around = fc.constantFrom('', ' ', 'x', "it's ", '{', "('", '"', '\\', 'a=1&', '\n', 'key: ');

/** Python's notation of a dict within a string, and of that again within another. */
const nested = (value: unknown, depth: number): string =>
  depth === 0 ? JSON.stringify(value) : JSON.stringify(nested(value, depth - 1));

describe('masking', () => {
  it('lets no secret survive in a dict, wherever it stands, in Python or in JSON', () => {
    fc.assert(
      fc.property(name, secret, neighbour, (key, value, other) => {
        const dict = { a: other, [key]: value, list: [{ [key]: [value] }, value.length] };
        for (const text of [
          pythonRepr(dict, 10_000),
          JSON.stringify(dict),
          JSON.stringify(dict, null, 2),
        ])
          expect(redactor.text(text)).not.toMatch(/Zq7|x9Qz/);
        expect(JSON.stringify(redactor.value(dict))).not.toMatch(/Zq7|x9Qz/);
      }),
      runs,
    );
  });

  it('lets none survive in strings within strings', () => {
    fc.assert(
      fc.property(name, secret, fc.nat(3), (key, value, depth) => {
        const shown = redactor.text(nested({ n: 1, [key]: value, m: 'kept' }, depth));
        expect(shown).not.toMatch(/Zq7|x9Qz/);
        expect(shown).toContain('kept');
      }),
      runs,
    );
  });

  it('lets none survive in words, whatever is around', () => {
    const notations = [
      '@=#',
      '@: #',
      '@ = #',
      "@='#'",
      '--@ #',
      '--@=#',
      '<@>#</@>',
      '?@=#&x=1',
      '@=#, b=2',
    ];
    fc.assert(
      fc.property(name, word, fc.constantFrom(...notations), around, around, (key, value, way, a, b) => {
        const text = `${a} ${way.replaceAll('@', key).replace('#', () => value)}${b === 'x' ? '' : b}`;
        expect(redactor.text(text)).not.toMatch(/Zq7|x9Qz/);
      }),
      runs,
    );
  });

  it('lets none survive in a text that was cut, wherever', () => {
    fc.assert(
      fc.property(name, secret, fc.nat(200), (key, value, length) => {
        const text = pythonRepr({ n: 'x', [key]: { a: [value, value] }, [`my_${key}`]: value }, 10_000);
        expect(redactor.text(text.slice(0, length))).not.toMatch(/Zq7|x9Qz/);
        expect(redactor.text(`${text.slice(0, length)}...`)).not.toMatch(/Zq7|x9Qz/);
      }),
      runs,
    );
  });

  const anything = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc
      .array(
        fc.constantFrom(
          ...[
            'password',
            'token',
            ' key',
            '_key',
            'Authorization',
            'Cookie',
            '=',
            ': ',
            ',',
            ';',
            '&',
            "'",
            '"',
            '\\',
            '\\n',
          ],
          ...[
            '{',
            '}',
            '[',
            ']',
            '(',
            ')',
            '<',
            '>',
            'hunter3',
            '4111 1111 1111 1111',
            '4111111111111111',
            '12',
            ' ',
            '...',
          ],
          ...[
            '://',
            'u:p@h',
            '@',
            'Bearer ',
            'eyJhbGciOi.eyJzdWIi.x',
            '-----BEGIN PRIVATE KEY-----',
            '--',
            'None',
            '********',
          ],
          ...[
            'curl -u ',
            'mysql -p',
            'a:b',
            "{'name': ",
            "'value': ",
            'pin',
            'eyJhbGciOiJk..a.b.c',
            'ghp_a1B2c3D4e5F6g7H8i9J0k1',
            'AKIAIOSFODNN7EXAMPLE',
            '%22',
            '\\u0022',
            '&quot;',
            '%3D',
            '<password>',
            '</password>',
            '<![CDATA[',
            '|\n  ',
            '\n- ',
            '-----END PRIVATE KEY-----',
            'LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0t',
            '123456789:AAFq3Zt9KfX1mB7vLw2RhJ8sYp4NcD6gTaU',
            '?sig=',
          ],
        ),
        { maxLength: 14 },
      )
      .map((pieces) => pieces.join('')),
  );

  it('changes nothing in what is masked', () => {
    fc.assert(
      fc.property(anything, (text) => {
        const shown = redactor.text(text);
        expect(redactor.text(shown)).toBe(shown);
      }),
      { numRuns: 20_000 },
    );
  });

  it('makes no text much longer', () => {
    fc.assert(
      fc.property(anything, (text) => {
        expect(redactor.text(text).length).toBeLessThanOrEqual(4 * text.length + 10);
      }),
      { numRuns: 5_000 },
    );
  });

  it('gives back the very text where there is nothing to mask', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', '1', "'", ', ', '(', '{', '=')), (pieces) => {
        expect(redactor.text(pieces.join(''))).toBe(pieces.join(''));
      }),
    );
  });

  // Were it more than linear, these would take minutes.
  it.each(
    (
      'token|a|password=|password: |key |"password": "|password=\'|{"password": {|password=((|password=<|://|x://u:p|x://u:p@|@' +
      "|eyJ|eyJa.|-|4|4 |4111 |\\|\\'|'|\"|--token |<token>|Bearer |Bearer x|&sig=|?|?a|-----BEGIN PRIVATE KEY-----|AKIA|xoxb-" +
      "|token,|token, |('token', |password=a,|password=a,b|cookie: |auth: a |token%3D|key_|A|Aa|token=Zq(|1.|4..."
    ).split('|'),
  )('takes a moment for %j, 300,000 characters of it', (piece) => {
    const text = piece.repeat(Math.ceil(300_000 / piece.length));
    expect(redactor.text(text).length).toBeLessThanOrEqual(4 * text.length + 10);
    expect(redactor.text(`password='${text}'`)).not.toBe('');
    expect(redactor.text(`password=${text} ${text}`)).not.toBe('');
  });

  it.each(['Cookie: |\\', 'password=|\\n'])('takes a moment for %j before a letter', (pair) => {
    const [name = '', piece = ''] = pair.split('|');
    expect(redactor.text(`${name}${piece.repeat(300_000)}z`)).toBe(`${name}********`);
  });
});
