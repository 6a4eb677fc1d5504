/**
 * Compares the schema with that of the last tag and fails where a client's operation could stop working, unless the
 * version in package.json says so: a higher major version than the tag's or, before 1.0, a higher minor version.
 *
 * usage: node .ci/breaking-changes.mjs [OLD_SCHEMA OLD_VERSION], by default those of the last tag
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { buildSchema, findBreakingChanges } from 'graphql';

const root = new URL('../', import.meta.url);
const git = (...args) =>
  execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();

/** The schema and the version to compare with; null without a tag. */
function released() {
  const [file, version] = process.argv.slice(2);
  if (file !== undefined) return { sdl: readFileSync(file, 'utf8'), version };
  let tag;
  try {
    tag = git('describe', '--tags', '--abbrev=0');
  } catch {
    return null;
  }
  return { sdl: git('show', `${tag}:schema/schema.graphql`), version: tag.replace(/^v/, '') };
}

/** The part of a version that a breaking change raises: `2` of 2.3.4, `0.3` of 0.3.4. */
function series(version) {
  const [major, minor] = version.split('.').map(Number);
  return major > 0 ? [major, 0] : [0, minor];
}

const { version } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));
const before = released();
if (before === null) {
  console.log('no tag yet: there is no released schema to compare with');
} else {
  const sdl = readFileSync(new URL('schema/schema.graphql', root), 'utf8');
  const changes = findBreakingChanges(buildSchema(before.sdl), buildSchema(sdl));
  for (const { type, description } of changes) console.log(`${type}: ${description}`);
  const [[oldMajor, oldMinor], [major, minor]] = [series(before.version), series(version)];
  const isAnnounced = major > oldMajor || (major === oldMajor && minor > oldMinor);
  console.log(`${changes.length} breaking changes since ${before.version}; this is ${version}`);
  if (changes.length > 0 && !isAnnounced) process.exitCode = 1;
}
