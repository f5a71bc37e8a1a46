package io.bakstripe.api.http;

import static akka.http.javadsl.server.Directives.complete;
import static akka.http.javadsl.server.Directives.optionalHeaderValueByName;

import akka.http.javadsl.server.Route;
import io.bakstripe.api.auth.BearerTokens;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.instance.Login;
import java.util.function.Function;

/** Lets calls with a valid bearer token through and answers all others with 401. */
final class Authenticated {
    private Authenticated() {}

    /** @param inner makes the route for a login */
    static Route as(BearerTokens tokens, Function<Login, Route> inner) {
        return optionalHeaderValueByName(
                "Authorization",
                header -> header.flatMap(tokens::loginOf)
                        .map(inner)
                        .orElseGet(() -> complete(Answers.problem(BackupError.TOKEN_MISSING.problem()))));
    }
}
