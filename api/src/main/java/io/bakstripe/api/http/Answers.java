package io.bakstripe.api.http;

import akka.http.javadsl.model.AttributeKey;
import akka.http.javadsl.model.ContentType;
import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.MediaTypes;
import akka.http.javadsl.model.StatusCodes;
import akka.http.javadsl.model.headers.CacheControl;
import akka.http.javadsl.model.headers.CacheDirectives;
import akka.http.javadsl.model.headers.Connection;
import akka.http.javadsl.model.headers.HttpChallenge;
import akka.http.javadsl.model.headers.RawHeader;
import akka.http.javadsl.model.headers.WWWAuthenticate;
import com.fasterxml.jackson.core.JsonProcessingException;
import io.bakstripe.protocol.error.ErrorCategory;
import io.bakstripe.protocol.error.Problem;
import java.io.UncheckedIOException;

/** Makes HTTP responses of results and problems. */
final class Answers {
    /** How long a caller is asked to wait before trying again. */
    private static final String RETRY_AFTER_SECONDS = "2";

    /** On an answer that is a problem: its code, for the audit log; it is not sent. */
    static final AttributeKey<String> CODE = AttributeKey.create("bakstripe-code", String.class);

    private static final ContentType PROBLEM =
            MediaTypes.applicationWithOpenCharset("problem+json").toContentTypeWithMissingCharset();
    // Rows and connections (which hold passwords) are true only for a moment and meant for one reader.
    private static final CacheControl NOT_CACHED = CacheControl.create(CacheDirectives.NO_STORE);

    private Answers() {}

    /** 200 with {@code body} as JSON. */
    static HttpResponse ok(Object body) {
        return HttpResponse.create()
                .withStatus(StatusCodes.OK)
                .addHeader(NOT_CACHED)
                .withEntity(HttpEntities.create(ContentTypes.APPLICATION_JSON, json(body)));
    }

    /** The problem with the status that its category gives it. */
    static HttpResponse problem(Problem problem) {
        return problem(problem, ProblemDocument.of(problem));
    }

    /** The problem, written as {@code document}. */
    static HttpResponse problem(Problem problem, ProblemDocument document) {
        HttpResponse response = HttpResponse.create()
                .withStatus(document.status())
                .addAttribute(CODE, document.code())
                .addHeader(NOT_CACHED)
                .withEntity(HttpEntities.create(PROBLEM, json(document)));
        ErrorCategory category = problem.error().category();
        if (category == ErrorCategory.TIMEOUT) {
            return response.addHeader(RawHeader.create("Retry-After", RETRY_AFTER_SECONDS));
        }
        if (category == ErrorCategory.UNAUTHENTICATED) {
            return response.addHeader(WWWAuthenticate.create(HttpChallenge.createOAuth2("bakstripe")));
        }
        if (category == ErrorCategory.TOO_LARGE) {
            // The rest of the body is not read, so nothing can follow it on this connection.
            return response.addHeader(Connection.create("close"));
        }
        return response;
    }

    private static byte[] json(Object body) {
        try {
            return ApiJson.strict().writeValueAsBytes(body);
        } catch (JsonProcessingException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
