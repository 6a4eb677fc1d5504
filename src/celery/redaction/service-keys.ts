/**
 * Keys and tokens of services, by the prefix that the service gives them so that they are found where they leak. The
 * lengths are shorter than those of today's keys where services have changed them, and longer than any word.
 */
import { isDigit, isInWord, isLetter, isWordCharacter } from './characters.js';
import { mask } from './mask.js';
import type { ScannedText } from './scanned-text.js';
import type { Span } from './spans.js';

/** What a key has behind its prefix. */
const bodies = {
  hex: (code: number) => isDigit(code) || (code >= 97 && code <= 102) || (code >= 65 && code <= 70),
  alnum: (code: number) => isDigit(code) || isLetter(code),
  upper: (code: number) => isDigit(code) || (code >= 65 && code <= 90),
  word: (code: number) => isDigit(code) || isLetter(code) || code === 95,
  url: (code: number) => isDigit(code) || isLetter(code) || code === 95 || code === 45,
  dotted: (code: number) => isDigit(code) || isLetter(code) || code === 95 || code === 45 || code === 46,
  base64: (code: number) => isDigit(code) || isLetter(code) || code === 43 || code === 47 || code === 61,
  any: (code: number) =>
    isDigit(code) || isLetter(code) || (code > 32 && '_-.+/=~%:'.includes(String.fromCharCode(code))),
} as const;

type Body = keyof typeof bodies;

export interface KeyFormat {
  readonly service: string;
  /** In upper and lower case as here. */
  readonly prefixes: readonly string[];
  readonly body: Body;
  /** Length of the body. */
  readonly length: number;
  /** Whether it has exactly this length. */
  readonly isExact: boolean;
}

function format(
  service: string,
  prefixes: string,
  body: Body,
  length: number,
  isExact = false,
): KeyFormat {
  return { service, prefixes: prefixes.split(' '), body, length, isExact };
}

export const keyFormats: readonly KeyFormat[] = [
  format('1Password', 'ops_', 'base64', 60),
  format('Adobe', 'p8e-', 'alnum', 32),
  format('age', 'AGE-SECRET-KEY-1', 'upper', 50),
  format('Airtable', 'pat', 'dotted', 79, true),
  format('Alibaba Cloud', 'LTAI', 'alnum', 17),
  format('Anthropic', 'sk-ant-', 'url', 20),
  format('Artifactory', 'AKCp', 'alnum', 60),
  format('Artifactory', 'cmVmd', 'alnum', 50),
  format('Atlassian', 'ATATT3 ATCTT3 ATSTT3 ATBB', 'any', 20),
  format('AWS', 'AKIA ASIA AROA AIDA ABIA ACCA', 'upper', 16, true),
  format('AWS', 'ABSK bedrock-api-key-', 'base64', 60),
  format('Brevo', 'xkeysib- xsmtpsib-', 'url', 40),
  format('Buildkite', 'bkua_', 'alnum', 30),
  format('CircleCI', 'CCIPAT_ CCIPRJ_', 'word', 30),
  format('Clojars', 'CLOJARS_', 'alnum', 40),
  format('Cloudflare', 'v1.0-', 'url', 100),
  format('Contentful', 'CFPAT-', 'url', 30),
  format('Databricks', 'dapi', 'hex', 32),
  format('DigitalOcean', 'dop_v1_ doo_v1_ dor_v1_', 'hex', 40),
  format('Discord', 'discord.com/api/webhooks/ discordapp.com/api/webhooks/', 'any', 40),
  format('Docker', 'dckr_pat_ dckr_oat_', 'url', 20),
  format('Doppler', 'dp.pt. dp.st. dp.ct. dp.sa. dp.scim. dp.audit.', 'dotted', 30),
  format('Duffel', 'duffel_live_ duffel_test_', 'url', 30),
  format('Dynatrace', 'dt0c01. dt0s01. dt0s16.', 'dotted', 40),
  format('EasyPost', 'EZAK EZTK', 'alnum', 54),
  format('Facebook', 'EAAC EAAM', 'alnum', 80),
  format('Figma', 'figd_ figu_ figo_', 'url', 30),
  format('Flutterwave', 'FLWSECK- FLWSECK_', 'url', 20),
  format('Fly.io', 'fo1_ fm1_ fm1r_ fm1a_ fm2_', 'any', 40),
  format('Frame.io', 'fio-u-', 'url', 40),
  format('GitHub', 'ghp_ gho_ ghu_ ghs_ ghr_', 'word', 20),
  format('GitHub', 'github_pat_', 'word', 20),
  format(
    'GitLab',
    'glpat- gldt- glrt- glrtr- glptt- glcbt- glft- glimt- glagent- gloas- glsoat- glffct- GR1348941',
    'dotted',
    16,
  ),
  format('Google', 'AIza', 'url', 30),
  format('Google', 'GOCSPX-', 'url', 20),
  format('Google', 'ya29.', 'dotted', 20),
  format('Google', '1//0', 'url', 30),
  format('Grafana', 'glsa_ glc_', 'any', 30),
  format('Groq', 'gsk_', 'alnum', 40),
  format('HashiCorp Vault', 'hvs. hvb. hvr.', 'url', 20),
  format('Heroku', 'HRKU-', 'url', 30),
  format('HubSpot', 'pat-na1- pat-na2- pat-eu1-', 'url', 36),
  format('Hugging Face', 'hf_ api_org_', 'alnum', 30),
  format('LangSmith', 'lsv2_pt_ lsv2_sk_', 'word', 32),
  format('Linear', 'lin_api_ lin_oauth_', 'alnum', 32),
  format('Mailgun', 'key-', 'hex', 32, true),
  format('Mapbox', 'sk.eyJ', 'dotted', 40),
  format('Microsoft Teams', 'webhook.office.com/webhookb2/', 'any', 40),
  format('Netlify', 'nfp_ nfc_ nfo_ nfu_', 'alnum', 30),
  format('New Relic', 'NRAK- NRAA- NRII- NRIQ- NRRA- NRSP-', 'url', 24),
  format('Notion', 'ntn_', 'alnum', 40),
  format('npm', 'npm_', 'alnum', 30),
  format('Octopus Deploy', 'API-', 'upper', 26, true),
  format('OpenAI', 'sk-proj- sk-svcacct- sk-admin- sk-None-', 'url', 20),
  format('OpenAI', 'sk-', 'alnum', 32),
  format('OpenRouter', 'sk-or-v1-', 'hex', 40),
  format('OpenShift', 'sha256~', 'url', 40),
  format('Perplexity', 'pplx-', 'alnum', 40),
  format('PlanetScale', 'pscale_tkn_ pscale_pw_ pscale_oauth_', 'dotted', 30),
  format('Postman', 'PMAK-', 'url', 40),
  format('Prefect', 'pnu_ pnb_', 'alnum', 30),
  format('Pulumi', 'pul-', 'hex', 40),
  format('PyPI', 'pypi-AgE', 'url', 40),
  format('ReadMe', 'rdme_', 'alnum', 50),
  format('Replicate', 'r8_', 'alnum', 30),
  format('RubyGems', 'rubygems_', 'hex', 40),
  format('SendGrid', 'SG.', 'dotted', 50),
  format('Sentry', 'sntrys_ sntryu_ sntrya_', 'any', 40),
  format('Shippo', 'shippo_live_ shippo_test_', 'hex', 30),
  format('Shopify', 'shpat_ shpca_ shppa_ shpss_ shptka_', 'hex', 30),
  format('Slack', 'xoxa- xoxb- xoxo- xoxp- xoxr- xoxs- xoxe. xoxe- xapp-', 'dotted', 10),
  format(
    'Slack',
    'hooks.slack.com/services/ hooks.slack.com/workflows/ hooks.slack.com/triggers/',
    'any',
    20,
  ),
  format('SonarQube', 'sqp_ squ_ sqa_', 'hex', 40),
  format('Sourcegraph', 'sgp_', 'word', 40),
  format('Square', 'sq0atp- sq0csp- sq0idp-', 'url', 20),
  format('Square', 'EAAA', 'url', 60, true),
  format('Stripe', 'sk_live_ sk_test_ sk_prod_ rk_live_ rk_test_ rk_prod_', 'word', 10),
  format('Stripe', 'whsec_', 'base64', 24),
  format('Supabase', 'sbp_', 'hex', 40),
  format('Supabase', 'sb_secret_', 'url', 20),
  format('Tailscale', 'tskey-', 'url', 20),
  format('Tencent Cloud', 'AKID', 'alnum', 32, true),
  format('Terraform Cloud', 'atlasv1.', 'url', 60),
  format('Twilio', 'SK', 'hex', 32, true),
  format('Typeform', 'tfp_', 'dotted', 40),
  format('xAI', 'xai-', 'alnum', 60),
  format('Yandex Cloud', 'AQVN', 'url', 35),
];

/** Maximum characters of a key that the randomness check reads. */
const longestLook = 40;
/** Minimum length of a key at which the text was cut. */
const fewestOfCut = 4;

/** The key of this format whose prefix begins here. */
export function serviceKey(
  scan: ScannedText,
  { body, length, isExact }: KeyFormat,
  start: number,
  prefixEnd: number,
): Span | null {
  const { text } = scan;
  if (isInWord(text, start)) return null;
  // A run that has several prefixes in it is read once.
  const run = scan.run(body, prefixEnd, bodies[body]);
  // The points of a cut, or the full stop of a sentence, are not its own.
  const end = Math.max(prefixEnd, run.pointsAt);
  const size = end - prefixEnd;
  scan.work.spend(Math.min(size, longestLook));
  if (!isRandom(text, prefixEnd, Math.min(end, prefixEnd + longestLook))) return null;
  const isWhole = isExact ? size === length && !isWordCharacter(text.charCodeAt(end)) : size >= length;
  const isCut = size >= fewestOfCut && prefixEnd - start >= 4 && isCutAt(text, end);
  return isWhole || isCut ? { start, end, shown: mask } : null;
}

/** Whether a word begins as a key does, however short it is. */
export function startsServiceKey(word: string): boolean {
  return keyFormats.some(({ prefixes }) =>
    prefixes.some((prefix) => prefix.length >= 4 && word.startsWith(prefix)),
  );
}

/** Whether the text was cut here by a worker or by the gateway. */
export function isCutAt(text: string, at: number): boolean {
  return text.startsWith('...', at);
}

/** Words of a language have no digits, and capitals only at their start. */
function isRandom(text: string, from: number, to: number): boolean {
  let hasUpper = false;
  let hasLower = false;
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at);
    if (isDigit(code)) return true;
    if (code >= 97 && code <= 122) hasLower = true;
    else if (code >= 65 && code <= 90 && at > from) hasUpper = true;
    if (hasUpper && hasLower) return true;
  }
  return false;
}
