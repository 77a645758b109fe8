/** SOP classes of the result objects (PS3.4 B.5). */
export const SEGMENTATION = '1.2.840.10008.5.1.4.1.1.66.4';
export const LABEL_MAP_SEGMENTATION = '1.2.840.10008.5.1.4.1.1.66.7';
export const PARAMETRIC_MAP = '1.2.840.10008.5.1.4.1.1.30';
export const SECONDARY_CAPTURE = '1.2.840.10008.5.1.4.1.1.7';
export const MULTI_FRAME_TRUE_COLOR_SECONDARY_CAPTURE = '1.2.840.10008.5.1.4.1.1.7.4';
/** Comprehensive 3D SR: what IHE AI Results names for a result's root; for images with a Frame of Reference. */
export const COMPREHENSIVE_3D_SR = '1.2.840.10008.5.1.4.1.1.88.34';
/** Comprehensive SR: the smallest class whose measurement groups may hold images by reference. */
export const COMPREHENSIVE_SR = '1.2.840.10008.5.1.4.1.1.88.33';
export const GRAYSCALE_PRESENTATION_STATE = '1.2.840.10008.5.1.4.1.1.11.1';
