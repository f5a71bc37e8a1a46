/** The key service of the sandbox: a few keys of all kinds, over the protocol of AWS KMS (JSON 1.1). */
@NullMarked
package io.bakstripe.sandbox.kms;

import org.jspecify.annotations.NullMarked;
