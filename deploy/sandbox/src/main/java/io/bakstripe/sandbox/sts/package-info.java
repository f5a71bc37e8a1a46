/** The token service of the sandbox: gives out keys of one role that expire, over the protocol of AWS STS. */
@NullMarked
package io.bakstripe.sandbox.sts;

import org.jspecify.annotations.NullMarked;
