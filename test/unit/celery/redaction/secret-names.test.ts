import { describe, expect, it } from 'vitest';
import { isNameGlob, SecretNames } from '../../../../src/celery/redaction/secret-names.js';

describe('the name of a secret', () => {
  const names = new SecretNames();

  it.each(
    (
      'password PASSWORD Password db_password userPassword DB-PASSWORD dbpassword password1 new_password_again passwd pwd ' +
      'smtp_pass passphrase secret client_secret clientSecret SECRET_KEY SECRET_KEY_BASE secret_id token tokens access_token ' +
      'accessToken X-Auth-Token refresh_tokens csrfmiddlewaretoken authtoken token_value apiKey api_key API-KEY APIKEY ' +
      'x-api-key apikeys privateKey ssh_private_key aws_access_key_id AWS_SECRET_ACCESS_KEY encryption_key stripe_live_key ' +
      'Authorization Proxy-Authorization auth basic_auth auth_header credentials aws_credentials creds Cookie Set-Cookie ' +
      'session_cookie sessionid PHPSESSID jwt bearer otp cvv cvv2 ssn password_hash password_salt card_number cardNumber ' +
      'creditcard cc_number config.password --password pin user_pin userPin PIN pin_code pw db_pw session_id sessionId ' +
      'SESSION-ID fernet_key FERNET_KEY django_secret app_key mnemonic'
    ).split(' '),
  )('is %s', (name) => {
    expect(names.isSecret(name)).toBe(true);
  });

  it.each(
    (
      'token_count max_tokens maxTokens max_new_tokens prompt_tokens total_tokens tokens_used token_type token_id next_page_token ' +
      'tokenize tokenizer cost_per_token routing_key key key_prefix primary_key foreign_key cache_key sort_key public_key ' +
      'idempotency_key keys keyboard password_reset_url password_length password_changed_at secret_name secretary auth_url ' +
      'auth_backend author authority authenticated pass_count passed bypass compass passenger passport credit credited ' +
      'cookie_name cookiecutter card discard card_type keyword monkey salted basalt assn session session_count pin_count pinned pins spin shipping ping pinterest pws session_timeout username email name'
    ).split(' '),
  )('is not %s', (name) => {
    expect(names.isSecret(name)).toBe(false);
  });

  it('is whatever the administrator adds, in every way to write it', () => {
    const further = new SecretNames(['national_id', '*iban', 'pin?code']);
    const all = 'national_id nationalId NATIONAL-ID customer_iban iban pin_code pinXcode password';
    expect(all.split(' ').filter((name) => !further.isSecret(name))).toEqual([]);
    expect(['international_id', 'iban_count'].filter((name) => further.isSecret(name))).toEqual([]);
  });

  it('is nothing that names everything', () => {
    expect(['*', '??', '*_id', 'a*b', '', 'x y', 'na(me', 'pin'].filter(isNameGlob)).toEqual(['pin']);
  });

  it('is judged by its end when it is absurdly long', () => {
    expect(names.isSecret(`${'x'.repeat(100_000)}_password`)).toBe(true);
  });
});
