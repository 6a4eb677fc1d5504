/** Secrets in all the notations that are promised, each in at least three spellings: none is shown. */
import { describe, expect, it } from 'vitest';
import { Redactor } from '../../../../src/celery/redaction/redactor.js';
import { keyFormats } from '../../../../src/celery/redaction/service-keys.js';

const redactor = new Redactor();
/** Stands for the secret in each text; what is masked must have none of it. */
const secret = 'hunter3';
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const pem = `-----BEGIN PRIVATE KEY-----\n${'MIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n'.repeat(12)}-----END PRIVATE KEY-----\n`;
const random = (length: number): string =>
  'q3Zt9KfX1mB7vLw2RhJ8sYp4NcD6gTaUe5QxWo0iEkVnCbGyHzPdSrMjAlFu'.repeat(4).slice(0, length);

/** By group: texts, in which the secret is `hunter3` or what stands behind the bar. */
const groups: Readonly<Record<string, readonly string[]>> = {
  'a name and its value': [
    "{'name': 'DB_PASSWORD', 'value': 'hunter3'}",
    '{"value": "hunter3", "name": "DB_PASSWORD"}',
    "[{'key': 'api_token', 'type': 'env', 'value': 'hunter3'}, {'key': 'HOME', 'value': '/root'}]",
    "EnvVar(name='DB_PASSWORD', value='hunter3', value_from=None)",
    '<property name="password" value="hunter3"/>',
    '- name: DB_PASSWORD\n  value: hunter3\n- name: HOME\n  value: /root',
    '"{\\"name\\": \\"DB_PASSWORD\\", \\"value\\": \\"hunter3\\"}"',
    '[{"Name": "SECRET_KEY", "Value": "hunter3"}]',
    "{'value': {'a': ['hunter3']}, 'name': 'credentials'}",
  ],
  'a JWE': ['..', '.hunter3.', '.a-b_c.'].map(
    (middle) =>
      `('eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0${middle}48V1_ALb6US04U3b.hunter3hunter3.XFBoMYUZodetZdvTiFvSkQ',)`,
  ),
  'strings that Python joins': [
    "{'password': 'abc' 'hunter3', 'a': 1}",
    "password=('abc'\n    'hunter3')",
    "password='abc' \\\n  'hunter3'",
    'token = "abc"   "def" "hunter3"',
    "{'token': b'abc' b'hunter3'}",
  ],
  XML: [
    '<password type="plain">hunter3</password>',
    '<ns:password xml:lang="en" a=\'1\'>hunter3</ns:password>',
    '<password><![CDATA[hunter3<>]]></password>',
    '<password>\n  <![CDATA[hunter3]]>\n</password>',
    '<secrets><a>hunter3</a><b>hunter3</b></secrets>',
    '&lt;password&gt;hunter3&lt;/password&gt;',
    '<db password="hunter3"/>',
  ],
  YAML: [
    'password: |\n  hunter3\n  hunter3\nuser: bob',
    'password: >-\n  abc\n\n  hunter3\nuser: bob',
    '  db:\n    private_key: |+\n      abc\n        hunter3\n    user: bob',
    "'password: |\\n  abc\\n  hunter3\\nuser: bob\\n'",
    'passwords:\n  - hunter3\n  - hunter3\nusers:\n  - bob',
    'password: hunter3',
    "password: 'hunter3'",
  ],
  'escapes of JSON': [
    '{\\u0022password\\u0022: \\u0022hunter3\\u0022}',
    '{"\\u0070assword": "hunter3"}',
    '{"password\\u003d": 1, "a": "password\\u003dhunter3\\u0026x=1"}',
    "b'{\\x22password\\x22: \\x22hunter3\\x22}'",
  ],
  'URL-encoded JSON': [
    '%7B%22password%22%3A%22hunter3%22%2C%22a%22%3A1%7D',
    'data=%7B%22password%22%3A%20%22hunter3%22%7D&x=1',
    '%257B%2522password%2522%253A%2522hunter3%2522%257D',
    'next=%2Flogin%3Ftoken%3Dhunter3%26a%3D1',
    'url=postgres%3A%2F%2Fbob%3Ahunter3%40host%2Fdb',
    '{&quot;password&quot;: &quot;hunter3&quot;}',
    '{&#34;password&#34;: &#34;hunter3&#34;}',
  ],
  'a URL': [
    'postgres://bob:hunter3@host/db',
    'redis://:hunter3@host:6379/0',
    'https://ghp_hunter3@github.com/a/b.git',
    'https://hunter3hunter3hunter3hunter3:x-oauth-basic@github.com/a/b.git',
    'https://hunter3:@api.stripe.com/v1/charges',
    'https://0123456789abcdef0hunter3012345678@o4501.ingest.sentry.io/77',
    'https://oauth2:glpat-hunter3@gitlab.com/a/b.git',
    'https://h/?sig=hunter3&x=1',
    'https://h/?code=1&auth_code=hunter3',
  ],
  'a command line': [
    'mysql -uroot -phunter3 shop',
    'mysqldump -h db -phunter3 shop > dump.sql',
    'curl -u bob:hunter3 https://host/',
    'curl -sS --user bob:hunter3 https://host/',
    'curl -ubob:hunter3 https://host/',
    'mysql --password hunter3 -u bob',
    'deploy --token=hunter3 --verbose',
    "['mysql', '-u', 'root', '-phunter3', 'shop']",
    "['curl', '-u', 'bob:hunter3', 'https://host/']",
    "['deploy', '--password', 'hunter3', '-v']",
    '["deploy", "--api-key", "hunter3"]',
    "sshpass -p 'hunter3' ssh bob@host",
    'redis-cli -h host -a hunter3 ping',
    'docker login -u bob -p hunter3 registry',
    'PGPASSWORD=hunter3 psql -h db',
    '/usr/bin/mysql -phunter3',
    "subprocess.run('mysql -phunter3', shell=True)",
    'openssl rsa -in key.pem -passin pass:hunter3',
  ],
  'a private key': [
    `('${pem.replaceAll('\n', '\\n')}',)|MIIE`,
    `${pem}|MIIE`,
    `{"key": "${pem.replaceAll('\n', '\\\\n')}"}|MIIE`,
    `${JSON.stringify(pem.split('\n'))}|MIIE`,
    `('-----BEGIN EC PRIVATE KEY-----\\n'\n '${'MIIEvQIBADANBgkqhkiG9w0B'.repeat(3)}\\n'\n '-----END EC PRIVATE KEY-----\\n')|MIIE`,
    `${base64(pem)}|CRUdJTi`,
    `key: ${base64(`x${pem}`)}|QkVHSU4`,
    `data: ${base64(`xy${pem}`)}|UJFR0lO`,
    `('MIIEvQIBADANBgkqhkiG9w0BAQEFAASC${random(120)}',)|MIIE`,
    `lines\n${'MIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n'.repeat(3)}-----END RSA PRIVATE KEY-----|MIIE`,
  ],
  'a card number': [
    '4111 1111 1111 1111|1111',
    '4111-1111-1111-1111|1111',
    '4111.1111.1111.1111|1111',
    '4111\u00a01111\u00a01111\u00a01111|1111',
    '4111  1111  1111  1111|1111',
    '4111\t1111\t1111\t1111|1111',
    '4111_1111_1111_1111|1111',
    '4111/1111/1111/1111|1111',
    '41 11 11 11 11 11 11 11|11 11',
    '4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1|1 1 1',
    '3782 822463 10005|822463',
    '3782.822463.10005|822463',
    'card%204111%201111%201111%201111|1111',
    "'a\\n4111111111111111\\n'|1111",
    '{"number": "4111–1111–1111–1111"}|1111',
  ],
  'a name': [
    "{'pin': 'hunter3'}",
    'user_pin=hunter3',
    "{'userPin': 'hunter3'}",
    "{'pw': 'hunter3'}",
    'db_pw: hunter3',
    'PW=hunter3',
    "{'session_id': 'hunter3'}",
    '{"sessionId": "hunter3"}',
    'SESSION-ID: hunter3',
    "{'fernet_key': 'hunter3'}",
    'FERNET_KEY=hunter3',
    'AIRFLOW__CORE__FERNET_KEY=hunter3',
  ],
  'a token that was cut': [
    `('ghp_hunter3...',)`,
    `('redis://bob:hunter3...',)`,
    `('sk-ant-api03-hunter3...', 2)`,
    `('eyJhbGciOiJhunter3...',)`,
    `{'key': 'AKIAHUNTER3...'}|HUNTER3`,
  ],
  'a token behind an escaped line end': [
    `'a\\nghp_${random(36)}'|${random(36)}`,
    `'a\\tsk-proj-${random(48)}'|${random(48)}`,
    `'\\nAKIAIOSFODNN7EXAMPLE'|EXAMPLE`,
  ],
  'a key without a prefix': [
    `123456789:AAF${random(32)}|${random(32)}`,
    `('https://api.telegram.org/bot123456789:AAF${random(32)}/getMe',)|${random(32)}`,
    `a8Q8Q~${random(34)}|${random(34)}`,
    `MTIzNDU2Nzg5MDEyMzQ1Njc4.G1aBcD.${random(38)}|${random(38)}`,
    `${'a1b2c3d4e5'.repeat(3)}f6a1b2NRAL|NRAL`,
    `sk-${random(20)}T3BlbkFJ${random(20)}|T3BlbkFJ`,
    `${random(76)}AZDO1a2B|AZDO`,
  ],
};

function parts(row: string): readonly [text: string, secret: string] {
  const bar = row.lastIndexOf('|');
  return /\|[\w. ]+$/.test(row) ? [row.slice(0, bar), row.slice(bar + 1)] : [row, secret];
}

describe.each(Object.entries(groups))('%s', (_group, rows) => {
  it.each(rows.map((row) => parts(row)))('is masked in %j', (text, hidden) => {
    expect(text).toContain(hidden);
    const shown = redactor.text(text);
    expect(shown).not.toContain(hidden);
    expect(shown).toContain('********');
    expect(redactor.text(shown)).toBe(shown);
  });
});

const bodies = {
  hex: '0f1e2d3c4b5a69788796a5b4c3d2e1f0'.repeat(6),
  upper: 'Q3ZT9KFX1MB7VLW2RHJ8SYP4NCD6GTAUE5QXWO'.repeat(4),
} as const;

describe('the keys of a service', () => {
  const keys = keyFormats.flatMap(({ service, prefixes, body, length }) =>
    prefixes.map((prefix) => {
      const text = body === 'hex' || body === 'upper' ? bodies[body].slice(0, length) : random(length);
      return [service, `${prefix}${text}`] as const;
    }),
  );

  it.each(keys)('of %s are masked: %s', (_service, key) => {
    for (const text of [
      `(1, '${key}')`,
      `sent ${key} to them.`,
      `https://h/?next=${encodeURIComponent(`/a?b=${key}`)}`,
      JSON.stringify(JSON.stringify({ a: [key] })),
    ])
      expect(redactor.text(text)).not.toContain(key.slice(-8));
  });
});

describe('a value', () => {
  it.each<readonly [unknown, unknown]>([
    [
      { name: 'DB_PASSWORD', value: secret },
      { name: 'DB_PASSWORD', value: '********' },
    ],
    [
      { value: secret, type: 'env', key: 'api_token' },
      { value: '********', type: 'env', key: 'api_token' },
    ],
    [
      { Name: 'SECRET', Value: [secret] },
      { Name: 'SECRET', Value: '********' },
    ],
    [
      ['mysql', '-u', 'root', `-p${secret}`],
      ['mysql', '-u', 'root', '-p********'],
    ],
    [
      ['curl', '-u', `bob:${secret}`, 'https://host/'],
      ['curl', '-u', 'bob:********', 'https://host/'],
    ],
    [
      ['deploy', '--password', secret, '-v'],
      ['deploy', '--password', '********', '-v'],
    ],
  ])('%j is shown without its secret', (value, shown) => {
    expect(redactor.value(value)).toEqual(shown);
    expect(redactor.value(shown)).toEqual(shown);
  });
});
