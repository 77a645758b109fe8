import { Command, InvalidArgumentError, Option } from 'commander';

/**
 * Reads the options of a script, with --help; a mistake ends it with a sentence that names the option.
 *
 * @param file of the script, as it is called
 */
export function readOptions(file, description, options) {
  const command = new Command(`node scripts/${file}`).description(description).helpCommand(false);
  command.showHelpAfterError('With --help it lists its options.').allowExcessArguments(false);
  for (const option of options) command.addOption(option);
  return command.parse().opts();
}

/** An option whose value is a text that is not empty. @param ifEmpty what to do about that */
export function textOption(flags, help, ifEmpty = '') {
  return new Option(flags, help).argParser(text => {
    if (text === '') throw new InvalidArgumentError(`It is empty. ${ifEmpty}`.trim());
    return text;
  });
}

/** An option whose value is a port, 0 for any free one. */
export function portOption(flags, help) {
  return new Option(flags, help).argParser(text => {
    const port = /^\d+$/.test(text) ? Number(text) : NaN;
    if (!(port <= 65535)) throw new InvalidArgumentError('It must be a whole number up to 65535.');
    return port;
  });
}
