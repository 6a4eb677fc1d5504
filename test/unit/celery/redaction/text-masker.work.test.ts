/** How much work masking takes: counted in characters that are looked at, never in time. */
import { describe, expect, it } from 'vitest';
import { mask, unchecked } from '../../../../src/celery/redaction/mask.js';
import { Redactor } from '../../../../src/celery/redaction/redactor.js';
import { SecretNames } from '../../../../src/celery/redaction/secret-names.js';
import { TextMasker } from '../../../../src/celery/redaction/text-masker.js';
import { HarmlessTexts } from './harmless-texts.js';
import { Work, WorkLimitError, workPerCharacter } from '../../../../src/celery/redaction/work.js';

const masker = new TextMasker(new SecretNames());

function work(text: string, perCharacter = Infinity): number {
  const counted = new Work(text.length, perCharacter);
  masker.mask(text, counted);
  return counted.looked;
}

const prefixes = [
  '',
  'Cookie: ',
  'password=',
  'password: ',
  'password: |\n  ',
  "password='",
  '"token": "',
  '"token": {',
  "('token', '",
  "{'name': 'token', 'value': ",
  "{'value': ",
  'Authorization: Bearer ',
  'Bearer ',
  '--token ',
  "['--token', ",
  '<token>',
  '<token a="',
  '-----BEGIN',
  '-----BEGIN PRIVATE KEY-----',
  'eyJ',
  'eyJhbGciOi.',
  'postgres://u:',
  'postgres://',
  'https://h/?sig=',
  'mysql -p',
  'curl -u ',
  'sk-proj-',
  '4111 1111 1111 ',
  'tLS1CRUdJTi',
  '%22token%22%3A%22',
];
const units = (
  '\\|"|\'| |\\\\"|\\"|\\\'|(|[|{|)|}|{"a":|=|:|,|;|&|@|.|/|<|>|-|--|_|+|~|%|1|4|4 |4.|1.1 |12-|a|A|aB|é|\\n|\\t|\n|\n |\r\n|\\\\n|%5C|%22|' +
  "\\u005c|\\u0022|\\x22|&#34;|&quot;|&amp;|token|token=|token: |token |'token': |\"token\": \"|('token', |('token', '|(\"token\", \"|" +
  "token='|token=\"\"|token='''|token=<|token={|token=(|token=[|token=a,|token: |\n|token: >-\n|token:\n- |--token |'--token', |" +
  '<token>|</token>|<token |<token><![CDATA[|<a><token>|key |API key|_key|key=|?key=|&sig=|?|://|x://|x://u:p|x://u@|x://u:p@|' +
  'Bearer |Bearer a/|Basic |Token token|eyJ|eyJa.|eyJabcdefg.|eyJabcdefgh.abcdef|-----BEGIN |-----BEGIN PRIVATE KEY-----|' +
  '-----END |-----END PRIVATE KEY-----|LS0tLS1CRUdJTi|tLS1CRUdJTi|tLS0tLUJFR0lO|MIIEvQIBADAN|MHcCAQEE|AKIA|xoxb-|ghp_|ghp_a1|' +
  'glpat-|SG.|sk-|sk-ant-|key-|hf_|1//0|pat|Q~|1Q~|AZDO|T3BlbkFJ|NRAL|:AA|1:AA|MTIz|MT.|4111|4111 |4111 1111 1111 1111 |4...|' +
  "4111-1111-|4 1 1 1 |...|mysql |mysql -p|mysql -pa |curl -u a:b |curl -u |docker login -p |'curl', '-u', 'a:b', |; curl |curl 'a|curl a'b|" +
  "{'name': 'token', |{'name': 'token'|'value': 'x', |'value': '|'name': '|name=token value=|<name>token</name>|<value>x|<e key=token>|\"{\"name\": \"token\"|pin|pw|pin=|session|" +
  "password|cookie: |cookie: a\\|authorization: |{'token': |{'token': '\\\\|b'|rb\"|'''|\"\"\"|********|********'|None|token=None"
).split('|');
const suffixes = ['', 'z', "'", '"}', '\n', '...', '@h', ' ', '=', '\\', '-----END PRIVATE KEY-----'];
const length = 700;
/** Twice the text is twice the work, and what does not grow with the text besides. */
const growth = 2.2;
const constant = 1_000;
/** Four times the text. */
const growthOfFour = 4.4;
const mixtures = 1_500;

/** A linear congruential generator: the same numbers in every run. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

/**
 * Work for each character of so many units, or of up to three more, whichever takes most: with an odd number of quotes
 * the last string reaches to the end of the text, with an even number there is none.
 */
function mostWork(prefix: string, unit: string, count: number, suffix: string): number {
  const works = [0, 1, 2, 3].map((more) => {
    const text = prefix + unit.repeat(count + more) + suffix;
    return work(text) / text.length;
  });
  return Math.max(...works);
}

describe('the work of masking', () => {
  it.each([
    "'--token', \\",
    "('token', \\",
    '("token", \'a\' ',
    "'--token', 'a' ",
    'name=token value=(',
  ])('grows as the text does for %j, whose values are read and not masked', (unit) => {
    const [once, twice] = [work(unit.repeat(500)), work(unit.repeat(1_000))];
    expect(twice).toBeLessThan(growth * once + constant);
  });

  it.each(prefixes)('grows as the text does behind %j', (prefix) => {
    const superlinear: string[] = [];
    for (const unit of units) {
      for (const suffix of suffixes) {
        const text = (times: number): string =>
          prefix + unit.repeat(Math.ceil((times * length) / Math.max(unit.length, 1))) + suffix;
        const [once, twice] = [work(text(1)), work(text(2))];
        if (twice > growth * once + constant)
          superlinear.push(`${JSON.stringify(unit + suffix)}: ${once}, ${twice}`);
      }
    }
    expect(superlinear).toEqual([]);
  });

  it('grows as the text does when two or three kinds of text alternate', () => {
    const superlinear: string[] = [];
    const random = numbers(12);
    const oneOf = (texts: readonly string[]): string => texts[Math.floor(random() * texts.length)] ?? '';
    for (let mixture = 0; mixture < mixtures; mixture++) {
      const unit = oneOf(units) + oneOf(units) + (mixture % 2 === 0 ? oneOf(units) : '');
      const [prefix, suffix] = [oneOf(prefixes), oneOf(suffixes)];
      const count = Math.ceil(length / unit.length);
      const once = mostWork(prefix, unit, count, suffix);
      const fourTimes = mostWork(prefix, unit, 4 * count, suffix);
      if (4 * fourTimes > growthOfFour * once)
        superlinear.push(
          `${JSON.stringify([prefix, unit, suffix])}: ${once.toFixed(1)}, ${fourTimes.toFixed(1)} a character`,
        );
    }
    expect(superlinear).toEqual([]);
  });

  it.each([
    ['<name>token</name>', '\\', '\\\\"'],
    ["{'name': 'token'", '\\', '\\\\"'],
    ["('token', '", '\\', '"'],
    ['token:', '\\', 'n- '],
  ])('grows as the text does when each %j has one %j more behind it', (unit, more, suffix) => {
    const text = (of: number): string => {
      let made = '';
      for (let count = 1; made.length < of; count++) made += unit + more.repeat(count) + suffix;
      return made;
    };
    expect(work(text(6_000))).toBeLessThan(growthOfFour * work(text(1_500)));
    expect(work(text(24_000))).toBeLessThan(growthOfFour * work(text(6_000)));
  });

  it('reads the points behind many beginnings of a key once', () => {
    const text = 'SG.'.repeat(100_000) + '.'.repeat(100_000);
    expect(work(text)).toBeLessThan(20 * text.length);
    expect(masker.mask(text, new Work(text.length))).toBe(text);
  }, 5_000);

  it('is a quarter of its limit at most', () => {
    let most = 0;
    for (const prefix of prefixes) {
      for (const unit of units) {
        const text = prefix + unit.repeat(Math.ceil(length / Math.max(unit.length, 1)));
        most = Math.max(most, work(text) / text.length);
      }
    }
    expect(most).toBeLessThan(workPerCharacter / 4);
  });

  it('ends at its limit', () => {
    expect(() => work('token='.repeat(10_000), 1)).toThrow(WorkLimitError);
  });

  it('is a plain scan where a text has nothing that a secret could begin with', () => {
    expect(work('a harmless text, '.repeat(1_000))).toBe(17_000);
  });
});

describe('the work of masking harmless texts', () => {
  it('is less than twice that of a plain scan', () => {
    const texts = new HarmlessTexts(1);
    let [looked, length] = [0, 0];
    for (let at = 0; at < 5_000; at++) {
      const text = texts.next();
      looked += work(text);
      length += text.length;
    }
    console.log(`${(looked / length).toFixed(2)} characters are looked at for each of harmless texts`);
    expect(looked / length).toBeLessThan(2);
  });
});

describe('a text that takes more work than its limit', () => {
  const redactor = new Redactor({ workPerCharacter: 1 });
  const text = 'token=hunter3 '.repeat(2_000);

  it('is not shown at all, and says so', () => {
    expect(redactor.text(text)).toBe(unchecked);
    expect(redactor.value({ a: [text, 'b'] })).toEqual({ a: [unchecked, 'b'] });
    expect(unchecked.startsWith(mask)).toBe(true);
  });
});

describe('a million characters of the worst text', () => {
  // Relative to a scan of the same text that does nothing: an absolute time says more about the machine.
  it.each(['Cookie: |\\', 'password=|\\n', '|4 ', "|'token': ", '|curl -u a:b ', '|token:\n- '])(
    'takes a bounded multiple of a plain scan: %j',
    (pair) => {
      const [prefix = '', unit = ''] = pair.split('|');
      const text = prefix + unit.repeat(1_000_000 / unit.length);
      const started = performance.now();
      let sum = 0;
      for (let at = 0; at < text.length; at++) sum += text.charCodeAt(at);
      const scanned = performance.now();
      masker.mask(text, new Work(text.length));
      const ended = performance.now();
      const [plain, masking] = [Math.max(scanned - started, 1), ended - scanned];
      console.log(
        `${JSON.stringify(pair)}: ${masking.toFixed(0)} ms, a plain scan ${plain.toFixed(0)} ms`,
      );
      expect(sum).toBeGreaterThan(0);
      expect(masking / plain).toBeLessThan(1_000);
    },
    60_000,
  );
});
