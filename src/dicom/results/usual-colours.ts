/** Colours where none are asked for; pictures in them keep the names that they had before there were others. */
export const usualColours = 'inferno';
