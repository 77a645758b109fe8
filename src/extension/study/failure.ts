import { en, type StudyTextKey } from './texts/en';

type Values = Readonly<Record<string, string | number>>;

/** Why study mode cannot go on, as a text in the reader's language. Its message is the English one, for the log. */
export class StudyFailure extends Error {
  override name = 'StudyFailure';
  constructor(
    readonly key: StudyTextKey,
    readonly values: Values = {},
    options?: ErrorOptions,
  ) {
    super(
      en[key].replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => String(values[name])),
      options,
    );
  }
}
