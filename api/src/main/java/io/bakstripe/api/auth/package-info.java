/** Who calls: bearer tokens and the logins behind them. */
@NullMarked
package io.bakstripe.api.auth;

import org.jspecify.annotations.NullMarked;
