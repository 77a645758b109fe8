import type { OtherKind } from '../../dicom/others/kinds';
import type { Film, OtherResult } from '../../dicom/others/types';

/** An object of another software that refers to the image on display. */
export interface OtherObject {
  /** SOP Instance UID. */
  uid: string;
  kind: OtherKind;
  /** Manufacturer, model, versions, as far as they are stated. */
  origin: string;
  /** Series description. */
  series: string;
}

/** An object of another software that is shown over an image. */
export interface ShownOther {
  about: OtherObject;
  imageId: string;
  film: Film;
  result: OtherResult;
  /** Which of its maps is shown. */
  layer: number;
}
