/** The HTTP interface: one small class of routes for each group of calls, JSON in and out, problems as {@code application/problem+json}. */
@NullMarked
package io.bakstripe.api.http;

import org.jspecify.annotations.NullMarked;
