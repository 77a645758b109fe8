import type { ModelCard } from './card';

/** Folder of a file inside a package, with its slash; empty for the package's own. */
export function folderOf(file: string): string {
  return file.slice(0, file.lastIndexOf('/') + 1);
}

/** Files of a network inside a package but its `model.json`: its weights. What a card calls them, and so what `model.json` says, may differ. */
export function weightFiles({ files }: Pick<ModelCard, 'files'>, model: string): string[] {
  return Object.keys(files).filter(file => file !== model && file.startsWith(folderOf(model)));
}
