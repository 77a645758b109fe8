import * as z from 'zod';
import { declaredOptions, type DeclaredOption, type OptionsSchema } from '../io/options';
import { printable } from '../io/printable';
import { readGivenText } from '../io/read-given-file';
import { withoutUser } from '../io/without-user';

/** Longest file of options, bytes. */
const longest = 1 << 20;

/**
 * Reads options from a JSON file: their names as in code (`segEncoding` for `--seg-encoding`), values as on the command line or as
 * JSON has them (numbers, true, lists). Every value is checked as the command line's are.
 *
 * @param further texts that the file may hold besides, by name
 * @throws Error that names file, key and value; of a secret, not its value
 */
export function readOptionFile(
  file: string,
  schema: OptionsSchema,
  further: Readonly<Record<string, z.ZodType>> = {},
): Record<string, unknown> {
  const declared = declaredOptions(schema).filter(({ name }) => name !== 'config');
  const shape = Object.fromEntries(declared.map(option => [option.name, valueOf(option).optional()]));
  const optional = Object.entries(further).map(([name, one]) => [name, one.optional()]);
  const content = parsed(file);
  const outcome = z.strictObject({ ...shape, ...Object.fromEntries(optional) }).safeParse(content);
  if (outcome.success) return outcome.data;
  const secrets = new Set(declared.filter(({ secret }) => secret).map(({ name }) => name));
  const known = [...declared.map(({ name }) => name), ...Object.keys(further)];
  throw new Error(
    outcome.error.issues
      .map(issue => `${printable(file)}: ${inWords(issue, content, secrets, known)}`)
      .join('\n'),
  );
}

function parsed(file: string): unknown {
  const text = readGivenText(file, longest, 'a file of options');
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${printable(file)} is no JSON: ${printable((error as Error).message)}`, {
      cause: error,
    });
  }
}

/** What JSON may have for an option: its text, or what that would be written as. */
function valueOf({ read, several }: DeclaredOption): z.ZodType {
  if (!read) return z.boolean();
  const text = z
    .union([
      z.string(),
      z.number().transform(String),
      z.array(z.union([z.string(), z.number()])).transform(String),
    ])
    .pipe(read as z.ZodType<unknown, string>);
  return several ? z.array(text) : text;
}

function inWords(
  issue: z.core.$ZodIssue,
  content: unknown,
  secrets: ReadonlySet<string>,
  known: readonly string[],
): string {
  if (issue.code === 'unrecognized_keys') {
    const names = issue.keys.map(key => `"${printable(key)}"`).join(', ');
    return `${names} is no option. There are ${known.join(', ')}.`;
  }
  const key = String(issue.path[0] ?? '');
  if (key === '') return 'it holds no object of options.';
  // As it was written, not what was made of it on the way.
  const written = (content as Record<string, unknown>)[key];
  const value = secrets.has(key)
    ? ''
    : ` is ${printable(withoutUser(JSON.stringify(written))).slice(0, 200)}`;
  return `"${key}"${value}: ${issue.message}`;
}
