package io.bakstripe.worker.store.s3;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.worker.store.ObjectStore.StoredObject;
import io.bakstripe.worker.store.RequestScope;
import io.bakstripe.worker.store.aws.AwsFailures;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;

/**
 * What a store knows of buckets and objects. A HEAD that is denied says nothing of its reason, having no body; one more question, which the policy of row
 * S1 allows, then tells the likely cause.
 */
final class S3Lookups {
    /** The most that S3 answers in one page. */
    static final int PAGE = 1000;

    private final S3Calls calls;
    private final KnownRegions regions;

    S3Lookups(S3Calls calls, KnownRegions regions) {
        this.calls = calls;
        this.regions = regions;
    }

    private sealed interface Seen {
        /** The bucket is there; where is asked next, because some stores name a region for any bucket. */
        record There() implements Seen {}

        /** The bucket is elsewhere, and where was not said. */
        record Astray() implements Seen {}

        record Elsewhere(String region) implements Seen {}

        record Denied() implements Seen {}
    }

    /** Asks for the bucket each time; where it lies only when that is not known of the last minutes, or the answer does not fit. */
    CompletionStage<String> region(RequestScope scope, String bucket) {
        return calls.<Object, Seen>ask(
                        scope,
                        S3Operation.HEAD_BUCKET,
                        bucket,
                        bucket,
                        client -> client.headBucket(request -> request.bucket(bucket))
                                .thenApply(Function.identity()),
                        answer -> new Seen.There(),
                        S3Lookups::seen)
                .whenComplete((seen, failure) -> {
                    if (!(seen instanceof Seen.There)) {
                        regions.forget(calls.signing(), bucket);
                    }
                })
                .thenCompose(seen -> seen instanceof Seen.Elsewhere elsewhere
                        ? CompletableFuture.completedStage(elsewhere.region())
                        : knownOrLocated(scope, bucket, seen instanceof Seen.Denied));
    }

    private CompletionStage<String> knownOrLocated(RequestScope scope, String bucket, boolean denied) {
        return regions.find(calls.signing(), bucket)
                .<CompletionStage<String>>map(CompletableFuture::completedStage)
                .orElseGet(() -> locate(scope, bucket, denied).thenApply(region -> {
                    regions.note(calls.signing(), bucket, region);
                    return region;
                }));
    }

    private static Optional<Seen> seen(AwsServiceException refusal) {
        int status = refusal.statusCode();
        if (status == 403 || status == 401) {
            return Optional.of(new Seen.Denied());
        }
        return S3Failures.regionElsewhere(refusal)
                .<Seen>map(Seen.Elsewhere::new)
                // Sent elsewhere, but not told where: the location can be asked from anywhere.
                .or(() -> status == 301 || status == 400 ? Optional.of(new Seen.Astray()) : Optional.empty());
    }

    private CompletionStage<String> locate(RequestScope scope, String bucket, boolean denied) {
        return calls.ask(
                scope,
                S3Operation.LOCATE,
                bucket,
                bucket,
                client -> client.getBucketLocation(request -> request.bucket(bucket)),
                answer -> {
                    if (denied) {
                        throw BackupError.ACCESS_DENIED
                                .problem(S3Denials.policy(S3Operation.HEAD_BUCKET, bucket, "HTTP 403"))
                                .asException();
                    }
                    return regionOf(answer.locationConstraintAsString());
                },
                refusal -> {
                    if (denied && refusal.statusCode() == 403) {
                        throw BackupError.ACCESS_DENIED
                                .problem(S3Denials.hint(S3Operation.HEAD_BUCKET, bucket, refusal))
                                .asException(refusal);
                    }
                    return S3Failures.regionElsewhere(refusal);
                });
    }

    private static String regionOf(@Nullable String constraint) {
        if (constraint == null || constraint.isEmpty()) {
            return "us-east-1";
        }
        // The oldest European buckets still say so.
        return constraint.equals("EU") ? "eu-west-1" : constraint;
    }

    CompletionStage<Optional<StoredObject>> head(RequestScope scope, S3Arn file) {
        return calls.<HeadObjectResponse, CompletionStage<Optional<StoredObject>>>ask(
                        scope,
                        S3Operation.HEAD,
                        file,
                        client -> client.headObject(
                                request -> request.bucket(file.bucket()).key(file.key())),
                        answer -> CompletableFuture.completedStage(Optional.of(stored(file, answer))),
                        refusal -> switch (refusal.statusCode()) {
                            case 404 -> Optional.of(CompletableFuture.completedStage(Optional.empty()));
                            case 403 -> Optional.of(denied(scope, file, refusal));
                            default -> Optional.empty();
                        })
                .thenCompose(Function.identity());
    }

    private CompletionStage<Optional<StoredObject>> denied(
            RequestScope scope, S3Arn file, AwsServiceException headRefusal) {
        return calls.ask(
                scope,
                S3Operation.LIST,
                file,
                // Keys come in order, so the file itself is the first of those that begin like it.
                client -> client.listObjectsV2(request ->
                        request.bucket(file.bucket()).prefix(file.key()).maxKeys(1)),
                answer -> {
                    boolean listed = answer.contents().stream()
                            .anyMatch(object -> object.key().equals(file.key()));
                    throw BackupError.ACCESS_DENIED
                            .problem(listed ? S3Denials.foreignFile(file) : S3Denials.noReading(file))
                            .asException(headRefusal);
                },
                refusal -> {
                    // The listing's answer has a body, which tells wrong credentials from a policy.
                    String said = AwsFailures.code(refusal).isEmpty()
                                    || AwsFailures.code(refusal).equals("AccessDenied")
                            ? S3Denials.hint(S3Operation.HEAD, file.toString(), refusal)
                            : S3Denials.hint(S3Operation.LIST, file.toString(), refusal);
                    if (refusal.statusCode() == 403) {
                        throw BackupError.ACCESS_DENIED.problem(said).asException(refusal);
                    }
                    return Optional.empty();
                });
    }

    private static StoredObject stored(S3Arn file, HeadObjectResponse answer) {
        Map<String, String> metadata = new HashMap<>();
        if (answer.contentLength() == null) {
            throw BackupError.STORE_FAILED
                    .problem("HeadObject of " + file, "the answer names no length")
                    .asException();
        }
        answer.metadata().forEach((name, value) -> metadata.put(name.toLowerCase(Locale.ROOT), value));
        return new StoredObject(file, answer.contentLength(), answer.eTag(), metadata);
    }

    CompletionStage<List<StoredObject>> list(RequestScope scope, String bucket, String prefix, int limit) {
        return listFrom(scope, bucket, prefix, limit, null, new ArrayList<>());
    }

    private CompletionStage<List<StoredObject>> listFrom(
            RequestScope scope,
            String bucket,
            String prefix,
            int limit,
            @Nullable String token,
            List<StoredObject> found) {
        return calls.ask(
                        scope,
                        S3Operation.LIST,
                        bucket,
                        bucket + "/" + prefix,
                        client -> client.listObjectsV2(request -> request.bucket(bucket)
                                .prefix(prefix)
                                .maxKeys(Math.min(PAGE, limit - found.size()))
                                .continuationToken(token)),
                        Function.identity(),
                        S3Calls::unexpected)
                .thenCompose(page -> {
                    page.contents().stream()
                            // A key that ends in a slash is a folder's marker, never a file.
                            .filter(object -> !object.key().endsWith("/"))
                            .map(object -> new StoredObject(
                                    new S3Arn(bucket, object.key()), object.size(), object.eTag(), Map.of()))
                            .forEach(found::add);
                    boolean more = Boolean.TRUE.equals(page.isTruncated()) && page.nextContinuationToken() != null;
                    return more && found.size() < limit
                            ? listFrom(scope, bucket, prefix, limit, page.nextContinuationToken(), found)
                            : CompletableFuture.completedStage(List.copyOf(found));
                });
    }
}
