import { describe, expect, it } from 'vitest';
import { Redactor } from '../../../../src/celery/redaction/redactor.js';

const redactor = new Redactor();
const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-def';

/** What it is, and what is shown of it. */
const masked: readonly (readonly [text: string, shown: string])[] = [
  // Notations of Python and JSON
  ["{'password': 'hunter3', 'a': 1}", "{'password': '********', 'a': 1}"],
  ['{"password": "hunter3", "a": 1}', '{"password": "********", "a": 1}'],
  ['{"password":"hunter3","a":1}', '{"password":"********","a":1}'],
  ["{'password': 12345, 'a': 1}", "{'password': '********', 'a': 1}"],
  ["{'password': b'hunter3'}", "{'password': b'********'}"],
  [`{'password': "hun'ter3"}`, `{'password': "********"}`],
  [`{'password': 'hun\\'ter"3', 'a': 1}`, `{'password': '********', 'a': 1}`],
  ["{'password': 'ends with \\\\', 'a': 1}", "{'password': '********', 'a': 1}"],
  ["{'passwords': {'a': ['hunter3', ('x',)]}, 'b': 2}", "{'passwords': '********', 'b': 2}"],
  ["{'auth': ('bob', 'hunter3'), 'b': 2}", "{'auth': '********', 'b': 2}"],
  ["[{'a': {'token': [']', 'hunter3']}}, 2]", "[{'a': {'token': '********'}}, 2]"],
  ["{'password': Decimal('1.5'), 'x': 1}", "{'password': '********', 'x': 1}"],
  ["{'password': <Secret object at 0x1>, 'x': 1}", "{'password': '********', 'x': 1}"],
  ["[('password', 'hunter3'), ('a', 'b')]", "[('password', '********'), ('a', 'b')]"],
  ["[(b'authorization', b'Bearer x')]", "[(b'authorization', b'********')]"],
  ["User(password='hunter3', name='bob')", "User(password='********', name='bob')"],
  // Strings within strings
  [`('{"password": "hunter3"}', 1)`, `('{"password": "********"}', 1)`],
  [
    `"{\\"password\\": \\"hun\\\\\\"ter3\\", \\"a\\": 1}"`,
    `"{\\"password\\": \\"********\\", \\"a\\": 1}"`,
  ],
  [`'{"password": "it\\'s", "a": 1}'`, `'{"password": "********", "a": 1}'`],
  ["'line\\napi_key=hunter3'", "'line\\napi_key=********'"],
  [
    "'Foo-Token: abc\\r\\nPassword: hunter3\\r\\n'",
    "'Foo-Token: ********\\r\\nPassword: ********\\r\\n'",
  ],
  // Words
  ['password=hunter3', 'password=********'],
  ['password: hunter3, user: bob', 'password: ********, user: bob'],
  ['password = hunter3.', 'password = ********.'],
  ['(password=hunter3)', '(password=********)'],
  ['API key: hunter3', 'API key: ********'],
  ['mysql --password hunter3 -u bob', 'mysql --password ******** -u bob'],
  ["os.environ['DB_PASSWORD'] = 'hunter3'", "os.environ['DB_PASSWORD'] = '********'"],
  ['Server=x;Pwd=hunter3;Database=y', 'Server=x;Pwd=********;Database=y'],
  ['<password>hunter3</password>', '<password>********</password>'],
  ['password%3Dhunter3', 'password%3D********'],
  // Credentials of HTTP
  ['Cookie: a=hunter3; b=hunter4\nHost: x', 'Cookie: ********\nHost: x'],
  ['Authorization: Bearer hunter3 x', 'Authorization: ******** x'],
  ["{'Authorization': 'Basic Ym9iOmh1bnRlcjM='}", "{'Authorization': '********'}"],
  ["curl -H 'Bearer hunter3'", "curl -H 'Bearer ********'"],
  ['sent Basic Ym9iOmh1bnRlcjM=', 'sent Basic ********'],
  // URLs
  ['redis://:hunter3@host:6379/0', 'redis://:********@host:6379/0'],
  ['amqp://user:hunter3@host//', 'amqp://user:********@host//'],
  ['db+postgresql://u:hunter3@host/db', 'db+postgresql://u:********@host/db'],
  ['redis://:hunter@3@host/0', 'redis://:********@host/0'],
  ['redis://:hunter/3@host/0', 'redis://:********@host/0'],
  ['redis://:hunter3@a/0;redis://:hunter4@b/0', 'redis://:********@a/0;redis://:********@b/0'],
  ['["redis://:hunter3@a","bob@b"]', '["redis://:********@a","bob@b"]'],
  [
    'see redis://:hunter3@a/0 and http://u:hunter4@b',
    'see redis://:********@a/0 and http://u:********@b',
  ],
  [
    'https://h/?access_token=hunter3&page=2&apikey=hunter4&sig=hunter5',
    'https://h/?access_token=********&page=2&apikey=********&sig=********',
  ],
  // By their looks
  [`got ${jwt}!`, 'got ********!'],
  ["key 'AKIAIOSFODNN7EXAMPLE'", "key '********'"],
  [
    "'-----BEGIN RSA PRIVATE KEY-----\\nMIIE\\n-----END RSA PRIVATE KEY-----\\n'",
    "'-----BEGIN RSA PRIVATE KEY-----********-----END RSA PRIVATE KEY-----\\n'",
  ],
  ["('-----BEGIN PRIVATE KEY-----\\nMIIE...', 2)", "('-----BEGIN PRIVATE KEY-----********', 2)"],
  ["('4111 1111 1111 1111', 2)", "('********', 2)"],
  ["'card 4111-1111-1111-1111 declined'", "'card ******** declined'"],
  ['(4111111111111111, 402)', "('********', 402)"],
  ["'amex 3782 822463 10005'", "'amex ********'"],
  ["'2223003122003222'", "'********'"],
  ["('4111 1111 1111 11...',)", "('********...',)"],
  // What is around the secret stays
  ['password: |\n  hunter3\n  x\nuser: bob', 'password: |\n  ********\nuser: bob'],
  ["'password: |\\n  hunter3\\nuser: bob'", "'password: |\\n  ********\\nuser: bob'"],
  ['passwords:\n  - hunter3\n  - x\nusers: 1', 'passwords:\n  ********\nusers: 1'],
  [
    "[{'name': 'A', 'value': 'a'}, {'name': 'DB_PASSWORD', 'value': 'hunter3'}, {'name': 'B', 'value': 'b'}]",
    "[{'name': 'A', 'value': 'a'}, {'name': 'DB_PASSWORD', 'value': '********'}, {'name': 'B', 'value': 'b'}]",
  ],
  [
    "[{'value': 'a', 'name': 'A'}, {'value': 'hunter3', 'name': 'DB_PASSWORD'}, {'value': 'b', 'name': 'B'}]",
    "[{'value': 'a', 'name': 'A'}, {'value': '********', 'name': 'DB_PASSWORD'}, {'value': 'b', 'name': 'B'}]",
  ],
  [
    '<a><password x="1">hunter3</password><b>c</b></a>',
    '<a><password x="1">********</password><b>c</b></a>',
  ],
  ['<e key="password">hunter3</e><e key="a">b</e>', '<e key="password">********</e><e key="a">b</e>'],
  [
    '<p><name>password</name><value>hunter3</value></p><p><name>a</name><value>b</value></p>',
    '<p><name>password</name><value>********</value></p><p><name>a</name><value>b</value></p>',
  ],
  ['next=%2Fa%3Ftoken%3Dhunter3%26user%3Dbob', 'next=%2Fa%3Ftoken%3D********%26user%3Dbob'],
  ["{'password': 'a' 'hunter3', 'b': 'c'}", "{'password': '********', 'b': 'c'}"],
  ["mysql -u root -p'hunter3' shop", 'mysql -u root -p******** shop'],
  ['curl -u bob:hunter3 https://host/', 'curl -u bob:******** https://host/'],
  [
    'docker run -p 80:80 nginx; sshpass -phunter3 ssh -p 22 host',
    'docker run -p 80:80 nginx; sshpass -p******** ssh -p 22 host',
  ],
  ['https://x-access-token:hunter3@github.com/a', 'https://x-access-token:********@github.com/a'],
  ['https://hunter3hunter3hunter3@host/a', 'https://********@host/a'],
  // Cut in the middle
  ["{'password': 'hunt...'}", "{'password': '********'}"],
  ["{'password': 'hun", "{'password': '********"],
  ["{'a': {'passwords': ['hun", "{'a': {'passwords': '********'"],
];

const harmless: readonly string[] = [
  "('https://shop.example/list?country_code=de&sort_key=name&product_code=4711',)",
  "{'max_tokens': 500, 'token_count': 3, 'routing_key': 'x', 'key': 'k', 'primary_key': 1}",
  "{'password': None, 'token': '', 'secrets': [], 'auth': {}, 'has_password': True}",
  "KeyError: 'password'",
  "['password', 'name', 'email']",
  "{'msg': 'password=', 'b': 'x'}",
  "('Enter password: ', 'bob')",
  'Unexpected token < in JSON',
  'Basic authentication failed, Bearer of bad news',
  'http://host:8080/path?mail=a@b',
  'user@host and redis://host:6379/0',
  '(0.4111111111111111, 4111111111111111.5, 1.4111111111111111e+16)',
  "'4111111111111112'",
  "'1763840000123456'",
  "'a4111111111111111', 'id-4111111111111111'",
  '41111111111111111111111',
  'a0eebc99-4111-1111-1111-111111111111',
  '2026-11-22 2026-11-23 2026-11-24',
  "(12, 'customer-977@shop.example')",
  'The author passed the key to the secretary.',
];

describe('a text', () => {
  it.each(masked)('%s is shown as %s', (text, shown) => {
    expect(redactor.text(text)).toBe(shown);
  });

  it.each(masked)('%s stays as it is shown when it is masked again', (_text, shown) => {
    expect(redactor.text(shown)).toBe(shown);
  });

  it.each(harmless)('%s is shown as it is', (text) => {
    expect(redactor.text(text)).toBe(text);
  });

  it('loses what further names and patterns say, too', () => {
    const further = new Redactor({ keys: ['iban'], patterns: [new RegExp(String.raw`EMP-\d+`, 'gv')] });
    expect(further.text("{'iban': 'DE02', 'by': 'EMP-4711', 'password': 'x'}")).toBe(
      "{'iban': '********', 'by': '********', 'password': '********'}",
    );
  });

  it('of a task is shown whole where the administrator wants it, and no other', () => {
    const open = new Redactor({ tasks: false });
    expect(open.tasks.text('password=hunter3')).toBe('password=hunter3');
    expect(open.tasks.value({ password: 'hunter3' })).toEqual({ password: 'hunter3' });
    expect(open.text('password=hunter3')).toBe('password=********');
  });
});
