/** Texts of tasks without secrets, as many as wanted, the same for each seed. */
import { createHash } from 'node:crypto';

/** The same figures at every run; see Numerical Recipes for the constants. */
export function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const names =
  'pin_count tokenizer password_reset_email secretary max_tokens keyboard token_count author authored_by passenger bypass_cache compass passport_photo cookie_banner_shown ' +
  'primary_key sort_key cache_key routing_key foreign_key key monkey keyword keywords card_type cardinality discard card_layout session_count sessions pinned pinterest_url ' +
  'shipping spinning credit_total accredited credits passed pass_rate authenticated tokens_used salted_caramel basalt assn_id jwt_expiry_seconds password_changed_at ' +
  'secret_santa_enabled name value email phone quantity price currency sku order_id user_id created_at retries status color width height locale zip_code country_code';
const people = 'Anna Bob Chidi Dmitri Elif Farah Gus Hana Ivan Jo'.split(' ');
const words =
  'the order was shipped to customer after payment and a token gesture of thanks the secretary passed the key to the author basic training ' +
  'for bearer bonds under the bridge password reset mails were sent session ended cookie recipes pinned notes on curl patterns and mysql servers';
const exceptions = 'ValueError KeyError TimeoutError ConnectionResetError IntegrityError'.split(' ');
const tables = 'orders tokens passwords sessions keys secrets cards'.split(' ');

export class HarmlessTexts {
  readonly #random: () => number;
  readonly #kinds: readonly (() => string)[];

  constructor(seed: number) {
    this.#random = generator(seed);
    const hash = (name: string) => () => createHash(name).update(String(this.#random())).digest('hex');
    const md5 = hash('md5');
    const sha1 = hash('sha1');
    const sha256 = hash('sha256');
    this.#kinds = [
      () => `('${this.#uuid()}',)`,
      () => `{'id': '${this.#uuid()}', 'trace': '${this.#uuid().replaceAll('-', '')}'}`,
      () => `('${md5()}', '${sha1()}', '${sha256()}')`,
      () => `{'etag': '"${md5()}"', 'digest': 'sha256:${sha256()}'}`,
      () => `commit ${sha1()}\nAuthor: ${this.#of(people)} <${this.#of(people)}@shop.example>`,
      () => `('data:image/png;base64,${this.#base64(this.#whole(40, 900))}',)`,
      () => `{'thumbnail': '${this.#base64(this.#whole(100, 2_000))}', 'width': ${this.#whole(1, 900)}}`,
      () => `({'price': '${this.#price()}', 'total': ${this.#price()}, 'currency': 'EUR'},)`,
      () =>
        `('+49 ${this.#digits(3)} ${this.#digits(7)}', '(${this.#digits(3)}) ${this.#digits(3)}-${this.#digits(4)}')`,
      () =>
        `{'phone': '+1-${this.#digits(3)}-${this.#digits(3)}-${this.#digits(4)}', 'fax': '0${this.#digits(10)}'}`,
      () => this.#traceback(),
      () =>
        `('order-${this.#digits(10)}', ${this.#digits(8)}, 'INV-2026-${this.#digits(6)}', '${this.#digits(12)}')`,
      () =>
        `{'at': ${1_700_000_000 + this.#whole(0, 9e7)}.${this.#digits(6)}, 'ms': ${1_700_000_000_000 + this.#whole(0, 9e9)}}`,
      () =>
        `'2026-11-${this.#digits(2)}T10:${this.#digits(2)}:00.${this.#digits(6)}+00:00 ${this.#digits(19)}'`,
      () =>
        `('/srv/app/${this.#of(names.split(' '))}/${this.#digits(4)}/${md5()}.csv', 's3://bucket/${sha1()}')`,
      () =>
        `SELECT id, ${this.#of(names.split(' '))} FROM ${this.#of(tables)} WHERE user_id = ${this.#digits(5)} ORDER BY created_at`,
      () =>
        `INSERT INTO ${this.#of(tables)} (id, name) VALUES (${this.#digits(6)}, '${this.#of(people)}')`,
      () => this.#json(),
      () => `(${JSON.stringify(this.#json())},)`,
      () =>
        `{${this.#some(names.split(' '), 5)
          .map((name) => `'${name}': ${this.#value()}`)
          .join(', ')}}`.replace(/'(?:name|key|value)': '[^']*'/g, "'n': 1"),
      () => `('${this.#some(words.split(' '), 14).join(' ')}',)`,
      () =>
        `https://shop.example/${this.#of(people)}?page=${this.#digits(2)}&sort_key=name&country_code=de&utm_source=mail`,
      () =>
        `https://shop.example/search?q=%22${this.#of(words.split(' '))}%22&next=%2Fitems%2F${this.#digits(5)}`,
      () =>
        `redis://host-${this.#digits(2)}:6379/0 amqp://rabbit:5672// ssh://git@host/${this.#of(people)}.git`,
      () =>
        `{'lat': ${this.#price()}${this.#digits(12)}, 'lon': -0.${this.#digits(16)}, 'bbox': [${this.#digits(4)}, ${this.#digits(4)}, ${this.#digits(4)}, ${this.#digits(4)}]}`,
      () =>
        `<order id="${this.#digits(8)}"><name>${this.#of(people)}</name><key>${this.#digits(3)}</key></order>`,
      () => `- name: ${this.#of(people)}\n  value: ${this.#digits(4)}\n- name: HOME\n  value: /root`,
      () =>
        `{'name': '${this.#of(people)}', 'value': '${this.#of(words.split(' '))}', 'key': '${this.#uuid()}'}`,
      () =>
        `('${this.#some(people, 2).join('.')}@shop.example', 'git@github.com:${this.#of(people)}/app.git')`,
      () => `['python', 'manage.py', 'migrate', '-v', '${this.#digits(1)}', '--database', 'default']`,
      () =>
        `('${this.#digits(3)}.${this.#digits(2)}.${this.#digits(3)}.${this.#digits(1)}', '${this.#digits(1)}.${this.#digits(2)}.${this.#digits(1)}', '${md5().slice(0, 12)}')`,
      () =>
        `Unexpected token ${this.#of(['<', '}', 'end', 'None'])} in JSON at position ${this.#digits(3)}`,
      () =>
        `('isbn 978-${this.#digits(1)}-${this.#digits(2)}-${this.#digits(6)}-${this.#digits(1)}', 'iban DE${this.#digits(20)}')`,
      () => `b'\\x89PNG\\r\\n\\x1a\\n\\x00${this.#base64(30)}\\xff\\xd8'`,
    ];
  }

  next(): string {
    return (this.#kinds[this.#whole(0, this.#kinds.length - 1)] ?? (() => ''))();
  }

  #whole(from: number, to: number): number {
    return from + Math.floor(this.#random() * (to - from + 1));
  }

  #of(items: readonly string[]): string {
    return items[this.#whole(0, items.length - 1)] ?? '';
  }

  #some(items: readonly string[], count: number): readonly string[] {
    return Array.from({ length: count }, () => this.#of(items));
  }

  #digits(count: number): string {
    return Array.from({ length: count }, (_, at) => this.#whole(at === 0 ? 1 : 0, 9)).join('');
  }

  #price(): string {
    return `${this.#whole(1, 9_999)}.${this.#digits(2)}`;
  }

  #uuid(): string {
    const hex = createHash('md5').update(String(this.#random())).digest('hex');
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  }

  #base64(bytes: number): string {
    return Buffer.from(Array.from({ length: bytes }, () => this.#whole(0, 255))).toString('base64');
  }

  #value(): string {
    return this.#of([
      this.#digits(5),
      `'${this.#of(words.split(' '))}'`,
      `'${this.#uuid()}'`,
      'True',
      'None',
      `[${this.#digits(3)}, ${this.#digits(4)}]`,
      `'${this.#of(people)} ${this.#of(people)}'`,
    ]);
  }

  #json(): string {
    const members = this.#some(names.split(' '), 4).map((name) => [name, this.#whole(0, 1e6)]);
    return JSON.stringify({
      ...Object.fromEntries(members),
      items: [
        {
          sku: `A-${this.#digits(5)}`,
          price: this.#price(),
          title: this.#some(words.split(' '), 3).join(' '),
        },
      ],
    });
  }

  #traceback(): string {
    const frames = this.#some(names.split(' '), this.#whole(2, 9)).map(
      (name, at) =>
        `  File "/srv/app/${name}.py", line ${this.#digits(3)}, in ${name}\n    return self.${name}(request, key=${at}, token=None)\n`,
    );
    const message = this.#some(words.split(' '), 6).join(' ');
    return `Traceback (most recent call last):\n${frames.join('')}${this.#of(exceptions)}: ${message} ${this.#digits(6)}\n`;
  }
}
