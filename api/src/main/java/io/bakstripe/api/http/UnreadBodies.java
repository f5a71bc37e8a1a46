package io.bakstripe.api.http;

import static akka.http.javadsl.server.Directives.extractRequestEntity;
import static akka.http.javadsl.server.Directives.mapRouteResultWith;

import akka.actor.typed.ActorSystem;
import akka.http.javadsl.model.RequestEntity;
import akka.http.javadsl.server.Route;
import akka.http.javadsl.server.RouteResult;
import akka.stream.javadsl.Sink;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Takes in what a caller still sends when its call is refused before its body was read.
 *
 * <p>A connection that is closed with unread bytes in it is reset, and the reset may overtake the answer. So small bodies are read to their end,
 * thrown away, before the answer is sent; the connection can then be used again. Of a larger or slower one the rest is left, and the answer says
 * that the connection ends with it.
 */
final class UnreadBodies {
    private static final long MOST_BYTES = 256 << 10;
    private static final Duration LONGEST = Duration.ofSeconds(1);

    private UnreadBodies() {}

    static Route drained(ActorSystem<?> system, Route inner) {
        return extractRequestEntity(entity ->
                entity.isStrict() ? inner : mapRouteResultWith(result -> drain(system, entity, result), () -> inner));
    }

    /** The result, once the body is at its end or given up; a body that was read fails here at once, which means the same. */
    private static CompletionStage<RouteResult> drain(ActorSystem<?> system, RequestEntity entity, RouteResult result) {
        if (entity.getContentLengthOption().orElse(0) > MOST_BYTES) {
            return CompletableFuture.completedFuture(result);
        }
        // Given up is not cancelled: Akka resets the connection of a body that is cancelled.
        return entity.withoutSizeLimit()
                .getDataBytes()
                .runWith(Sink.ignore(), system)
                .thenApply(Function.identity())
                .toCompletableFuture()
                .orTimeout(LONGEST.toMillis(), TimeUnit.MILLISECONDS)
                .handle((done, failure) -> result);
    }
}
