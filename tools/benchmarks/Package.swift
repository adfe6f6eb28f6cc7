// swift-tools-version: 6.2
import Foundation
import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

/// The package that is measured. A package by path is known by the name of its directory.
let root = URL(fileURLWithPath: Context.packageDirectory).deletingLastPathComponent()
    .deletingLastPathComponent().path
let rootName = URL(fileURLWithPath: root).lastPathComponent

let package = Package(
    name: "starling-benchmarks",
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
        .package(path: root),
    ],
    targets: [
        .executableTarget(
            name: "load-generator",
            dependencies: [.product(name: "ArgumentParser", package: "swift-argument-parser")],
            path: "Sources/LoadGenerator", swiftSettings: settings),
        .executableTarget(
            name: "learning",
            dependencies: [
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Recommend", package: rootName),
            ],
            path: "Sources/Learning", swiftSettings: settings),
    ]
)
