package io.bakstripe.worker.store.s3;

import static io.bakstripe.worker.store.s3.StorePermission.ABORT_MULTIPART_UPLOAD;
import static io.bakstripe.worker.store.s3.StorePermission.DELETE_OBJECT;
import static io.bakstripe.worker.store.s3.StorePermission.GET_BUCKET_LOCATION;
import static io.bakstripe.worker.store.s3.StorePermission.GET_OBJECT;
import static io.bakstripe.worker.store.s3.StorePermission.LIST_BUCKET;
import static io.bakstripe.worker.store.s3.StorePermission.LIST_MULTIPART_UPLOAD_PARTS;
import static io.bakstripe.worker.store.s3.StorePermission.PUT_OBJECT;

import java.util.List;
import java.util.stream.Collectors;

/** The requests that are made, each with the action of row S1 that it needs. */
enum S3Operation {
    /** Needs no action of its own: whoever may list a bucket may ask whether it is there. */
    HEAD_BUCKET("HeadBucket", LIST_BUCKET),
    LOCATE("GetBucketLocation", GET_BUCKET_LOCATION),
    HEAD("HeadObject", GET_OBJECT, LIST_BUCKET),
    LIST("ListObjectsV2", LIST_BUCKET),
    PUT("PutObject", PUT_OBJECT),
    CREATE("CreateMultipartUpload", PUT_OBJECT),
    UPLOAD("UploadPart", PUT_OBJECT),
    LIST_PARTS("ListParts", LIST_MULTIPART_UPLOAD_PARTS),
    COMPLETE("CompleteMultipartUpload", PUT_OBJECT),
    ABORT("AbortMultipartUpload", ABORT_MULTIPART_UPLOAD),
    READ("GetObject", GET_OBJECT),
    /** Of keys that are changed only; needs no other right. */
    COPY("CopyObject", GET_OBJECT, PUT_OBJECT),
    COPY_PART("UploadPartCopy", GET_OBJECT, PUT_OBJECT),
    /** Of snapshots only; native backups and restores need no such right. */
    DELETE("DeleteObject", DELETE_OBJECT);

    private final String requestName;
    private final List<StorePermission> permissions;

    S3Operation(String requestName, StorePermission... permissions) {
        this.requestName = requestName;
        this.permissions = List.of(permissions);
    }

    /** As S3's documentation calls it. */
    String requestName() {
        return requestName;
    }

    List<StorePermission> permissions() {
        return permissions;
    }

    /** What a policy must allow, for texts. */
    String permission() {
        return permissions.stream().map(StorePermission::text).collect(Collectors.joining(" and "));
    }
}
