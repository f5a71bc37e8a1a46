/** What the roles that Bakstripe works with must be allowed, as policies of AWS. */
@NullMarked
package io.bakstripe.node.iam;

import org.jspecify.annotations.NullMarked;
