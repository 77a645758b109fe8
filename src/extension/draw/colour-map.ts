/** The palette is shared with the command and the burned-in pictures; panels reach it here. */
export { colourBarGradient, heatAlpha, heatColour, paintHeatMap } from '../../models/colour-map';
