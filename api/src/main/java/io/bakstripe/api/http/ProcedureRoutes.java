package io.bakstripe.api.http;

import static akka.http.javadsl.server.Directives.path;
import static akka.http.javadsl.server.Directives.pathPrefix;
import static akka.http.javadsl.server.Directives.post;
import static akka.http.javadsl.server.PathMatchers.segment;

import akka.http.javadsl.server.Route;
import io.bakstripe.protocol.procedure.Procedure;

/** {@code POST /procedures/{name}}: a JSON object of arguments in, {@code {"rows": […]}} out. */
final class ProcedureRoutes {
    private ProcedureRoutes() {}

    static Route routes(RequestBody body, InstanceChoice instances, ProcedureCalls calls, Caller caller) {
        return pathPrefix(
                "procedures",
                () -> path(
                        segment(),
                        name -> post(() -> {
                            Procedure procedure = Procedure.ofName(name);
                            return instances.choose(instance ->
                                    IdempotencyKeys.read(key -> body.json(text -> calls.call(
                                                    procedure,
                                                    JsonArguments.read(text),
                                                    new ProcedureCalls.Context(instance, caller, key))
                                            .thenApply(Answers::ok))));
                        })));
    }
}
