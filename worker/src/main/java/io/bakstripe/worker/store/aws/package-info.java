/** What requests to any of AWS's services have in common: with whose keys they are signed, when they are repeated, and what their failures say. */
@NullMarked
package io.bakstripe.worker.store.aws;

import org.jspecify.annotations.NullMarked;
