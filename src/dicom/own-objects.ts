/** Name under which this software appears as manufacturer of what it makes. */
export const manufacturer = 'ohif-extension-explain';
