import type { Command, Option } from 'commander';

/**
 * Has all commands look for required options after unknown ones: of `run x --modell m`, commander itself would say that
 * `--model` is missing, and not which word it did not know.
 */
export function askMandatoryLast(program: Command): void {
  const required = new Map<Command, Option[]>();
  for (const command of withSubCommands(program)) {
    const own = command.options.filter(({ mandatory }) => mandatory);
    for (const option of own) option.mandatory = false;
    required.set(command, own);
  }
  program.hook('preAction', (_, command) => {
    const missing = required
      .get(command)
      ?.find(option => command.getOptionValue(option.attributeName()) === undefined);
    if (missing)
      command.error(`error: required option '${missing.flags}' not specified`, {
        code: 'commander.missingMandatoryOptionValue',
      });
  });
}

function withSubCommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withSubCommands)];
}
