import * as z from 'zod';

/** How one option of a command is called, and what is kept of it. */
export interface OptionFacts {
  /** What stands for its value in the help, e.g. `<number>` or `<folders...>`; absent for a switch. */
  value?: string;
  help: string;
  /** Shown as its default where the value itself would not read well. */
  defaultText?: string;
  /** Environment variable that stands in for it. */
  env?: string;
  /** No message repeats its value. */
  secret?: boolean;
  /** Whether it stands in the command that is recorded with results: always, or where it differs from its default. */
  command?: 'always' | 'changed';
  /** Stands for its value there: paths of this machine are not recorded. */
  placeholder?: string;
  /** Whether its value is recorded among the options of results. */
  recorded?: boolean;
}

/** Facts of every option, by its schema. */
const facts = z.registry<OptionFacts>();

/** A set of options: its keys are their names, `--learning-rate` for `learningRate`. Schemas read the text of the command line. */
export type OptionsSchema = z.ZodObject<Record<string, z.ZodType>>;

/** Declares how an option is called. To be said last of a schema, after its default. */
export function option<S extends z.ZodType>(schema: S, about: OptionFacts): S {
  facts.add(schema, about);
  return schema;
}

/** One option of a set, as a command line offers it. */
export interface DeclaredOption extends OptionFacts {
  /** Its name in code. */
  name: string;
  /** As it is typed: `--learning-rate`, or `--no-torch` for a switch that is on by default. */
  flag: string;
  /** Reads one text; of an option that takes several values, one of them. Absent for a switch. */
  read?: z.ZodType;
  /** Whether it takes several values. */
  several: boolean;
  required: boolean;
  default?: unknown;
  /** What it may be, where that is a short list. */
  choices?: readonly string[];
}

/** The options of a set, in its order. @throws Error for one without facts */
export function declaredOptions(schema: OptionsSchema): DeclaredOption[] {
  return Object.entries(schema.shape).map(([name, field]) => {
    const about = facts.get(field);
    if (!about) throw new Error(`The option ${name} is not declared.`);
    const optional = field instanceof z.ZodOptional;
    const standing = field instanceof z.ZodDefault;
    const inner = unwrapped(field);
    const several = inner instanceof z.ZodArray;
    const read = several ? (inner.element as z.ZodType) : inner;
    const value = standing ? field.def.defaultValue : undefined;
    const isSwitch = read instanceof z.ZodBoolean;
    const kebab = name.replaceAll(/[A-Z]/g, letter => `-${letter.toLowerCase()}`);
    return {
      ...about,
      name,
      flag: isSwitch && value === true ? `--no-${kebab}` : `--${kebab}`,
      read: isSwitch ? undefined : read,
      several,
      required: !optional && !standing && !isSwitch,
      default: value,
      choices: read instanceof z.ZodEnum ? (read.options as string[]) : undefined,
    };
  });
}

/** The schema of a value that is given. */
function unwrapped(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodOptional || schema instanceof z.ZodDefault
    ? unwrapped(schema.unwrap() as z.ZodType)
    : schema;
}

/**
 * The command that these options stand for, with the defaults of the options that are always named.
 *
 * @param only names of the options that count; absent: all
 */
export function commandText(
  schema: OptionsSchema,
  options: Record<string, unknown>,
  counts: (name: string) => boolean = () => true,
): string {
  return declaredOptions(schema)
    .flatMap(({ name, flag, command, placeholder, default: standing }) => {
      const value = options[name];
      if (!command || value === undefined || !counts(name)) return [];
      if (command === 'changed' && value === standing) return [];
      if (typeof value === 'boolean') return value === standing ? [] : [flag];
      if (Array.isArray(value) && placeholder) return [`${flag} ${value.map(() => placeholder).join(' ')}`];
      return [`${flag} ${placeholder ?? (Array.isArray(value) ? value.join(',') : String(value))}`];
    })
    .join(' ');
}

/** The options that results record, with their values. */
export function recordedOptions(
  schema: OptionsSchema,
  options: Record<string, unknown>,
): Record<string, unknown> {
  const recorded = declaredOptions(schema).filter(each => each.recorded);
  return Object.fromEntries(recorded.map(({ name }) => [name, options[name]]));
}

/** Those of the options that a set names, e.g. the settings of one part of a program. */
export function pickOptions<S extends OptionsSchema>(schema: S, options: z.infer<S>): z.infer<S> {
  const names = Object.keys(schema.shape).filter(
    name => (options as Record<string, unknown>)[name] !== undefined,
  );
  return Object.fromEntries(
    names.map(name => [name, (options as Record<string, unknown>)[name]]),
  ) as z.infer<S>;
}

/** Any text but an empty one. */
export function text() {
  return z.string().refine(value => value.trim() !== '', 'It must not be empty.');
}

/** On, or not given. */
export function flag() {
  return z.boolean().optional();
}

/** A decimal number that fits. @param message said of any other text */
export function decimal(fits: (value: number) => boolean, message: string) {
  return z
    .string()
    .transform(decimalOf)
    .refine(value => Number.isFinite(value) && fits(value), message);
}

/** A number, 0 or more. */
export function amount() {
  return decimal(value => value >= 0, 'It must be a number, 0 or more.');
}

/** A number above 0. */
export function positive() {
  return decimal(value => value > 0, 'It must be a number above 0.');
}

/** A share, 0 to 1. */
export function share() {
  return decimal(value => value >= 0 && value <= 1, 'It must be a share from 0 to 1.');
}

/** A whole number that a double holds exactly. */
export function wholeNumber(least = 0, most?: number) {
  const range = most === undefined ? `${least} or more` : `${least} to ${most}`;
  return decimal(
    value => Number.isSafeInteger(value) && value >= least && (most === undefined || value <= most),
    `It must be a whole number, ${range}.`,
  );
}

/** Beyond any count of images, steps or resamples; what is kept of so many is still in memory. */
const mostOfAny = 10_000_000;
/** Threads or processes: beyond the processors of any machine, each takes memory of its own. */
const mostWorkers = 256;

/** How many: 1 or more. What is counted may be kept in memory, so that there is always a bound. */
export function count(most = mostOfAny) {
  return wholeNumber(1, most);
}

/** How many threads or processes. */
export function workerCount() {
  return count(mostWorkers);
}

/** Texts separated by commas, none of them empty. */
export function list(message = 'It must be names separated by commas.') {
  return z
    .string()
    .transform(value => value.split(',').map(part => part.trim()))
    .refine(parts => !parts.includes(''), message);
}

/** Decimal numbers separated by commas; NaN for what is none. */
export function decimals() {
  return z.string().transform(value => value.split(',').map(decimalOf));
}

/** The value of a decimal number; NaN for any other text, hexadecimal and `Infinity` among them. */
export function decimalOf(value: string): number {
  return /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(value.trim()) ? Number(value) : NaN;
}
