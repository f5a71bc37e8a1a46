/** What several tests of the API share: a cluster in memory behind a real server. */
@NullMarked
package io.bakstripe.api.testing;

import org.jspecify.annotations.NullMarked;
