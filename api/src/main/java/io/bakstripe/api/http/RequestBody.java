package io.bakstripe.api.http;

import static akka.http.javadsl.server.Directives.completeWithFuture;
import static akka.http.javadsl.server.Directives.extractRequestEntity;

import akka.actor.typed.ActorSystem;
import akka.http.javadsl.model.ContentType;
import akka.http.javadsl.model.HttpEntity;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.MediaType;
import akka.http.javadsl.model.MediaTypes;
import akka.http.javadsl.model.RequestEntity;
import akka.http.javadsl.server.Route;
import akka.util.ByteString;
import io.bakstripe.protocol.error.BackupError;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/** Reads a request's body as UTF-8 text, within a size and a time. */
final class RequestBody {
    private final ActorSystem<?> system;
    private final long maxBytes;
    private final Duration timeout;

    /** @param timeout for the whole body; less than a call may take, so that its end is answered as what it is */
    RequestBody(ActorSystem<?> system, long maxBytes, Duration timeout) {
        this.system = system;
        this.maxBytes = maxBytes;
        this.timeout = timeout;
    }

    /** Answers with what {@code inner} makes of a JSON body; an empty body is the empty text, whatever its type. */
    Route json(Function<String, CompletionStage<HttpResponse>> inner) {
        return ofType(MediaTypes.APPLICATION_JSON, inner);
    }

    /** Answers with what {@code inner} makes of a text/plain body. */
    Route plainText(Function<String, CompletionStage<HttpResponse>> inner) {
        return ofType(MediaTypes.TEXT_PLAIN, inner);
    }

    private Route ofType(MediaType expected, Function<String, CompletionStage<HttpResponse>> inner) {
        return extractRequestEntity(entity -> {
            boolean empty = entity.isKnownEmpty();
            if (!empty && !accepted(entity.getContentType(), expected)) {
                throw BackupError.MEDIA_TYPE
                        .problem(expected + ", in UTF-8")
                        .withHint("Send the header Content-Type: " + expected + ".")
                        .asException();
            }
            return completeWithFuture(text(entity).thenCompose(inner));
        });
    }

    private CompletionStage<String> text(RequestEntity entity) {
        if (entity.getContentLengthOption().orElse(0) > maxBytes) {
            throw BackupError.BODY_TOO_LARGE.problem(maxBytes).asException();
        }
        if (entity instanceof HttpEntity.Strict whole) {
            // It came with the head of the request: a stream of its own would cost more than the rest of a refused
            // call.
            return CompletableFuture.completedFuture(decode(whole.getData()));
        }
        // Not cancelled when it takes too long: Akka resets the connection of a body that is cancelled, and the answer
        // would be lost.
        return entity.withSizeLimit(maxBytes)
                .getDataBytes()
                .runFold(ByteString.emptyByteString(), ByteString::concat, system)
                .thenApply(Function.identity())
                .toCompletableFuture()
                .orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
                .handle((bytes, failure) -> {
                    if (failure != null) {
                        throw readFailure(failure);
                    }
                    return decode(bytes);
                });
    }

    private RuntimeException readFailure(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof TimeoutException) {
            return BackupError.BODY_MALFORMED
                    .problem("it did not arrive within " + timeout.toMillis() + " ms")
                    .asException(failure);
        }
        return new CompletionException(cause);
    }

    private static boolean accepted(ContentType given, MediaType expected) {
        String type = given.mediaType().mainType() + "/" + given.mediaType().subType();
        boolean sameType = type.equalsIgnoreCase(expected.mainType() + "/" + expected.subType());
        boolean readable = given.getCharsetOption()
                .map(charset -> charset.value().toLowerCase(Locale.ROOT))
                .map(name -> name.equals("utf-8") || name.equals("us-ascii"))
                .orElse(true);
        return sameType && readable;
    }

    private static String decode(ByteString bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.toArray()))
                    .toString();
        } catch (CharacterCodingException malformed) {
            throw BackupError.BODY_MALFORMED.problem("it is not UTF-8").asException(malformed);
        }
    }
}
