package io.bakstripe.api.http;

import static akka.http.javadsl.server.Directives.complete;
import static akka.http.javadsl.server.Directives.extractRequest;
import static akka.http.javadsl.server.Directives.onSuccess;

import akka.http.javadsl.model.HttpMethod;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.headers.RawHeader;
import akka.http.javadsl.server.Route;
import io.bakstripe.api.auth.Admission;
import io.bakstripe.api.auth.Gate;
import io.bakstripe.protocol.error.BackupError;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Lets through what stands in the table of calls and whose caller may make it: first the token is asked for, then the address, then the role. */
final class Authenticated {
    private static final List<String> BASE = List.of("api", "v1");

    private Authenticated() {}

    /** @param inner makes the routes for a caller */
    static Route as(Gate gate, CallTrace trace, String countedAddress, Function<Caller, Route> inner) {
        return extractRequest(request -> onSuccess(
                gate.admit(request.getHeader("Authorization").map(header -> header.value()), countedAddress),
                admission -> route(request, admission, trace, inner)));
    }

    private static Route route(
            HttpRequest request, Admission admission, CallTrace trace, Function<Caller, Route> inner) {
        if (admission instanceof Admission.Refused refused) {
            HttpResponse answer = Answers.problem(refused.problem());
            return complete(refused.retryAfter()
                    .map(wait -> answer.addHeader(RawHeader.create("Retry-After", Long.toString(seconds(wait)))))
                    .orElse(answer));
        }
        Caller caller = new Caller(((Admission.Admitted) admission).principal(), trace);
        trace.by(caller.login());
        List<String> segments = segments(request);
        List<ApiCall> there = ApiCall.at(segments);
        if (there.isEmpty()) {
            return complete(Answers.problem(BackupError.PATH_UNKNOWN.problem()));
        }
        return ApiCall.find(request.method(), segments)
                .map(call -> {
                    caller.require(call);
                    return inner.apply(caller);
                })
                .orElseGet(() -> complete(wrongMethod(request.method(), there)));
    }

    private static HttpResponse wrongMethod(HttpMethod method, List<ApiCall> there) {
        String allowed = there.stream()
                .map(call -> call.method().value())
                .distinct()
                .sorted()
                .collect(Collectors.joining(", "));
        return Answers.problem(BackupError.METHOD_WRONG.problem(method.value(), allowed))
                .addHeader(RawHeader.create("Allow", allowed));
    }

    private static List<String> segments(HttpRequest request) {
        List<String> all = new ArrayList<>();
        request.getUri().pathSegments().forEach(all::add);
        boolean based = all.size() >= BASE.size() && all.subList(0, BASE.size()).equals(BASE);
        return based ? all.subList(BASE.size(), all.size()) : all;
    }

    /** Rounded up: whoever waits as long as he is told must not be refused for the rest of a second. */
    private static long seconds(Duration wait) {
        return Math.max(1, (wait.toMillis() + 999) / 1000);
    }
}
