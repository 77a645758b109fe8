import { InvalidArgumentError, Option, type Command } from 'commander';
import { declaredOptions, type DeclaredOption, type OptionsSchema } from '../io/options';
import { withoutUser } from '../io/without-user';

/**
 * Adds the options of a schema to a command: flags, help, defaults and checks come from it. A value that does not fit ends
 * the command with a message that names the option and the value, before anything is done.
 */
export function addOptions(command: Command, schema: OptionsSchema): Command {
  for (const declared of declaredOptions(schema)) command.addOption(commandOption(declared));
  return command;
}

/** Names of the options that the user gave, on the command line or by the environment. */
export function givenOptions(command: Command, schema: OptionsSchema): ReadonlySet<string> {
  const isGiven = (name: string): boolean => {
    const source = command.getOptionValueSource(name);
    return source !== undefined && source !== 'default';
  };
  return new Set(Object.keys(schema.shape).filter(isGiven));
}

/**
 * Lays a preset over the defaults of options: what the user gave stands.
 *
 * @param given names of the options that the user gave
 */
export function overlay<T extends object>(options: T, preset: Partial<T>, given: ReadonlySet<string>): T {
  const standing = Object.entries(preset).filter(([name]) => !given.has(name));
  return { ...options, ...Object.fromEntries(standing) };
}

function commandOption(declared: DeclaredOption): Option {
  const { flag, value, help, defaultText, env, choices, required, default: standing } = declared;
  const option = new Option(value ? `${flag} ${value}` : flag, required ? `${help} (required)` : help);
  if (choices) option.choices([...choices]);
  else if (declared.read) option.argParser(parserOf(declared));
  if (standing !== undefined && !flag.startsWith('--no-')) option.default(standing, defaultText);
  if (env) option.env(env);
  return option.makeOptionMandatory(required);
}

function parserOf(declared: DeclaredOption): (text: string, before: unknown) => unknown {
  const { flag, several, secret, read, default: standing } = declared;
  return (text, before) => {
    const outcome = read!.safeParse(text);
    if (!outcome.success) {
      const reason = outcome.error.issues.map(({ message }) => message).join(' ');
      // commander would repeat the value, user and password of an address among it
      if (secret || withoutUser(text) !== text) throw new Error(`The value of ${flag} is invalid. ${reason}`);
      throw new InvalidArgumentError(reason);
    }
    if (!several) return outcome.data;
    const earlier = before === undefined || before === standing ? [] : (before as unknown[]);
    return [...earlier, outcome.data];
  };
}
