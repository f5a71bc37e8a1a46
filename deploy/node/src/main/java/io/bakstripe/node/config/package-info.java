/** The node's own settings and the instances that the configuration declares. */
@NullMarked
package io.bakstripe.node.config;

import org.jspecify.annotations.NullMarked;
