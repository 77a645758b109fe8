/** The palette is shared with the command and the burned-in pictures; panels reach it here. */
export {
  colourBarGradient,
  colourMapIds,
  heatAlpha,
  heatColour,
  paintHeatMap,
  type ChosenColours,
  type ColourMapId,
} from '../../models/colour-map';
