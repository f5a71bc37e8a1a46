/** {@code bakstripe decrypt}: encrypted files become the files that they would be without encryption, without a cluster. */
@NullMarked
package io.bakstripe.node.decrypt;

import org.jspecify.annotations.NullMarked;
